"""What the sender asks of the service. What makes a diagnosis carries the task's key: to ask again is harmless."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from whygrad_client.errors import Conflict, NotFound
from whygrad_client.transport import Call, Transport
from whygrad_client.upload import Content, Form, Program

LINK_SECONDS = 3_600

Json = dict[str, Any]


class Backend:
    """A service. Every method raises WhygradError."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def largest(self) -> int:
        """How many bytes a program may have."""
        return int(self._get("/limits")["upload_bytes"])

    def run(self, file: Path, name: str, request: Mapping[str, Any], key: str) -> str:
        """The id of the diagnosis of a file."""
        program = Program(file, name)
        place = f"/models/{program.sha256}"
        try:
            self._transport.send(Call("HEAD", place))
        except NotFound:
            content = Content(program)
            self._transport.send(Call("PUT", place, body=content, content_type=content.content_type))
        return self.rerun(program.sha256, name, request, key)

    def rerun(self, sha256: str, name: str, request: Mapping[str, Any], key: str) -> str:
        """The id of the diagnosis of a program that the service has."""
        form = Form({"model_id": sha256, "name": name, "request": dict(request)})
        call = Call("POST", "/diagnose", body=form, content_type=form.content_type, idempotency_key=key)
        try:
            return str(self._transport.json(call)["id"])
        except Conflict as error:  # a sender that died has asked for it before
            if not error.location:
                raise
            return error.location.rpartition("/")[2]

    def diagnosis(self, id: str, *, wait: float = 0) -> Json:
        """A diagnosis as it stands, after at most so many seconds of waiting for its end."""
        return self._get(f"/diagnoses/{quote(id, safe='')}", wait)

    def newest(self, sha256: str) -> str | None:
        """The id of the newest diagnosis of a program, None where there is none."""
        listed = self._transport.json(Call("GET", "/diagnoses", query={"model": sha256, "limit": 1}))["diagnoses"]
        return str(listed[0]["id"]) if listed else None

    def mute(self, fingerprint: str, *, by: str, reason: str) -> None:
        """Mute a finding."""
        self._send("PUT", f"/mutes/{fingerprint}", {"by": by, "reason": reason})

    def unmute(self, fingerprint: str) -> None:
        """Let a finding be told again; one that is not muted is no error."""
        with suppress(NotFound):
            self._transport.send(Call("DELETE", f"/mutes/{fingerprint}"))

    def make_link(self, request: Mapping[str, Any], key: str) -> Json:
        """A one-time link for a program that is to be run so."""
        body = {"request": dict(request), "seconds": LINK_SECONDS}
        return self._send("POST", "/upload-links", body, key)

    def link(self, id: str) -> Json:
        """What became of a link."""
        return self._get(f"/upload-links/{quote(id, safe='')}")

    def _get(self, path: str, wait: float = 0) -> Json:
        return self._transport.json(Call("GET", path, wait))

    def _send(self, method: str, path: str, document: Json, key: str | None = None) -> Json:
        body = json.dumps(document).encode()
        call = Call(method, path, body=body, content_type="application/json", idempotency_key=key)
        return self._transport.json(call)
