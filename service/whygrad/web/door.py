"""Who is let in: a request that names this service, comes from no other site, and has a key where keys are on.

All of it is told by the head of a request: what is refused here is refused before its body is read.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from hashlib import sha256

from flask import Flask, request

from whygrad.web import proxy, signing
from whygrad.web.errors import Problem
from whygrad.web.service import service

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OPEN = (
    "health.live",
    "health.ready",
    "assets.show",
    "links.page",
    "sign_in.show",
    "sign_in.create",
    "links.use",
    "slack.events",
)
"""What needs no key: what a probe asks, the files of all pages, and where an address or a signature is the secret."""
SIGNED = ("slack.events",)
"""What is signed: no page can do that, whatever name it has this machine go by."""

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::[0-9]{0,5})?")


def register(app: Flask) -> None:
    """Let `app` ask all of this before anything else."""
    for question in (_require_host, _refuse_other_sites, _require_key, _refuse_websocket, _refuse_compressed):
        app.before_request(question)


def _require_host() -> None:
    """A page that has its own name point at this machine (DNS rebinding) still sends its own name."""
    if request.endpoint in SIGNED:
        return
    given = request.environ.get("HTTP_HOST", "")
    if not given:
        raise Problem(400, "The request names no Host.")
    told = _HOST.fullmatch(given)
    if told is None:
        raise Problem(400, "The Host header is neither a name nor an address, with a port behind it or without.")
    name = told[1].strip("[]").rstrip(".").lower()
    if not (_is_loopback(name) or name in service().settings.hosts):
        detail = "This service does not go by the name in the Host header; WHYGRAD_ALLOWED_HOSTS lists those it has."
        raise Problem(421, detail)


def _refuse_other_sites() -> None:
    """A browser says where a request comes from; curl and scripts say nothing of it, and act for nobody else."""
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    foreign = site is not None and site not in ("same-origin", "none")
    if foreign or (
        origin is not None and origin.lower().partition("://")[2] != request.environ.get("HTTP_HOST", "").lower()
    ):
        raise Problem(403, "A page of another site sent this request.")


def is_key(given: str) -> bool:
    """Whether it is a key. Every one is compared, each for as long as the others: the time it takes tells nothing."""
    digest = sha256(given.encode("utf-8", "surrogateescape")).digest()
    keys = service().settings.keys
    return sum(hmac.compare_digest(digest, sha256(key.encode()).digest()) for key in keys) > 0


def may_look() -> bool:
    """Whether a browser is let in to the pages: no keys are on, or it has signed in."""
    return not service().settings.locked or signing.signed_in() or bool(proxy.visitor())


def _require_key() -> None:
    if not service().settings.locked or request.endpoint in OPEN:
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    by_key = scheme.lower() == "bearer"
    if by_key and is_key(given.strip()):
        return
    if not by_key and may_look():
        _require_own_page()
        return
    wrong = "The key that was sent is none of this service's. " if given else ""
    detail = f"{wrong}This needs a key: Authorization: Bearer KEY. whygrad and its client take it from WHYGRAD_KEY."
    raise Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="whygrad"'})


def _require_own_page() -> None:
    """A browser signs in whoever asks it to, by its cookie, or the proxy's: what changes something names its page."""
    if request.method not in SAFE_METHODS and not ("Origin" in request.headers or "Sec-Fetch-Site" in request.headers):
        raise Problem(403, "A request without a key has to say which page sent it, in Origin.")


def _refuse_websocket() -> None:
    if request.headers.get("Upgrade", "").lower() == "websocket":
        raise Problem(400, "No WebSocket is spoken here; GET /diagnoses/ID/events streams what becomes of a diagnosis.")


def _refuse_compressed() -> None:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(415, "A body is taken as it is, not compressed.", headers={"Accept-Encoding": "identity"})


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
