"""Slack's requests to an app that is mounted somewhere, signed as Slack signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import requests
from tests.client.slack.fake_slack import FakeSlack
from tests.client.slack.workspace import Json

SECRET = "0123456789abcdef0123456789abcdef"
ACK_SECONDS = 3.0


def signed(body: str, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers that Slack signs a body with."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}


def written(payload: Json) -> str:
    """A payload as the body of a request: commands are forms, all else is JSON in one."""
    return urlencode(payload if "command" in payload else {"payload": json.dumps(payload)})


@dataclass
class Http:
    """Slack's requests to an app that is mounted somewhere."""

    slack: FakeSlack
    url: str

    def send(self, payload: Json, **headers: str) -> Any:
        """What the app acknowledges with: it has three seconds for that."""
        body = written(payload)
        began = time.monotonic()
        answer = requests.post(self.url, data=body.encode(), headers=signed(body) | headers, timeout=ACK_SECONDS)
        if time.monotonic() - began > ACK_SECONDS or answer.status_code != 200:
            self.slack.violations.append(f"not acknowledged: {answer.status_code} {answer.text[:200]}")
            return None
        return self.slack.acknowledged(payload, answer.json() if answer.content else None)


def no_zip() -> bytes:
    """A file that is a zip and no program."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no program")
    return buffer.getvalue()
