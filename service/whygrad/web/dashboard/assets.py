"""Style, scripts and what is vendored: files that a browser may keep for as long as their address names their bytes."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory, url_for

resource = Blueprint("assets", __name__)

FOLDER = Path(__file__).with_name("static")
YEAR = 365 * 24 * 3600


@resource.get("/static/<path:name>")
def show(name: str) -> Response:
    """A file; the one that the address means may be kept for ever, any other is asked for again each time."""
    answer = send_from_directory(FOLDER, name)
    if request.args.get("v") == _version(name):
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer


def address(name: str) -> str:
    """Where a page finds a file of the folder, with a version that changes with its bytes."""
    return url_for("assets.show", name=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return sha256((FOLDER / name).read_bytes()).hexdigest()[:16]
