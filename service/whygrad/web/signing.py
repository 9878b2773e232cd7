"""Who has signed in with a browser: a signed cookie that says which key was shown, and never the key itself.

The secret that signs it lies in the data folder, for its owner alone to read. A cookie ends with its key. A link from
elsewhere brings it along (Lax), or whoever comes from a chat would be asked for the key each time; no other site's form
or script does, and what changes something asks for more than a cookie (`web.door`).
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from flask import request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from whygrad.web.service import service

COOKIE = "whygrad-session"
LONGEST_SECONDS = 14 * 24 * 3600


def sign_in(answer: Response, key: str) -> None:
    """Let the browser that gets this answer in, as whoever has this key."""
    settings = service().settings
    secure = request.is_secure or settings.public_url.startswith("https:")
    token = _signer().dumps(_mark(key))
    answer.set_cookie(COOKIE, token, LONGEST_SECONDS, secure=secure, httponly=True, samesite="Lax")


def sign_out(answer: Response) -> None:
    """Forget it."""
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax")


def signed_in() -> bool:
    """Whether this request's cookie was signed here, not too long ago, for a key that is still one."""
    token, keys = request.cookies.get(COOKIE), service().settings.keys
    if not token or not keys:
        return False
    try:
        mark = _signer().loads(token, max_age=LONGEST_SECONDS)
    except BadData:
        return False
    return any(hmac.compare_digest(str(mark), _mark(key)) for key in keys)


def _mark(key: str) -> str:
    return hmac.digest(_secret(service().settings.data), key.encode(), "sha256").hex()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(service().settings.data), salt="sign-in")


@cache
def _secret(folder: Path) -> bytes:
    """The secret of this data folder. Of several processes that make one at once, the first one's is that of all."""
    place, own = folder / "signing-secret", folder / f"signing-secret.{secrets.token_hex(8)}"
    if not place.exists():
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(own, place)
        own.unlink()
    return place.read_bytes()
