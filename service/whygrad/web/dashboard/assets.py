"""Style, scripts and what is vendored: files that a browser may keep for as long as their address names their bytes."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, send_from_directory, url_for

resource = Blueprint("assets", __name__)

FOLDER = Path(__file__).with_name("static")
YEAR = 365 * 24 * 3600


@resource.get("/static/<version>/<path:name>")
def show(version: str, name: str) -> Response:
    """A file; one of these files as they are may be kept for ever, any other is asked for again each time."""
    answer = send_from_directory(FOLDER, name)
    if version == _version():
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer


def address(name: str) -> str:
    """Where a page finds a file of the folder. The version is a folder, so that scripts import from the same one."""
    return url_for("assets.show", version=_version(), name=name)


@cache
def _version() -> str:
    """It changes with every byte of every file."""
    files = sorted(file for file in FOLDER.rglob("*") if file.is_file())
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:16]
