"""Each request has an id: it stands in the answer and in every line that the log has of it."""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from whygrad import logs
from whygrad.engine.spelling import spelt

HEADER = "X-Request-ID"
QUIET = ("health.live", "health.ready")
"""What is asked every few seconds; only where it is not well it is logged."""

_TOKEN = re.compile(r"^/upload/.+")
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Let `app` log a line for each request."""
    app.before_request(_begin)
    app.after_request(_log)


def begin(known: str = "") -> None:
    """A request begins: it is called `known`, as a proxy called it, or else by chance."""
    logs.request.set(known if _WELL_FORMED.fullmatch(known) else secrets.token_hex(8))


def current() -> str:
    """The id of the request that is being answered."""
    return logs.request.get() or ""


def path() -> str:
    """The path that is asked for, for the log: the token of an upload link is as good as a key, and stays out."""
    return spelt(_TOKEN.sub("/upload/<token>", request.path), 200)


def _begin() -> None:
    begin(request.headers.get(HEADER, ""))
    g.began = time.monotonic()


def _log(answer: Response) -> Response:
    if request.endpoint not in QUIET or answer.status_code != 200:
        elapsed = (time.monotonic() - g.began) * 1000
        log.info("%s %s %d in %d ms", request.method, path(), answer.status_code, elapsed)
    return answer
