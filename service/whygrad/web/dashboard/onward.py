"""Where a form leads when it is done, as it says itself."""

from __future__ import annotations


def onward(place: str, otherwise: str = "/") -> str:
    """A page of this service, and of no other: what begins with two slashes names a host."""
    own = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable()
    return place if own else otherwise
