"""What `whygrad_client` offers, each name loaded when it is asked for."""

from __future__ import annotations

import pytest

import whygrad_client


@pytest.mark.parametrize("name", whygrad_client.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(whygrad_client, name).__module__.startswith("whygrad_client.")


def test_no_other_is() -> None:
    with pytest.raises(AttributeError, match="'whygrad_client' has no attribute 'Session'"):
        _ = whygrad_client.Session  # type: ignore[attr-defined]
