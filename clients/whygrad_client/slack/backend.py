"""What the sender asks of the service. What makes a diagnosis carries the task's key: to ask again is harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whygrad_client.client import Client
from whygrad_client.transport import Call
from whygrad_client.upload import Program


class Backend(Client):
    """A service, as any client knows it; every method raises WhygradError."""

    def largest(self) -> int:
        """How many bytes a program may have."""
        return int(self._transport.json(Call("GET", "/limits"))["upload_bytes"])

    def run(self, file: Path, name: str, request: dict[str, Any], key: str) -> str:
        """The id of the diagnosis of a file."""
        return str(self._diagnoses.submit(Program(file, name), request, key=key).id)

    def rerun(self, sha256: str, name: str, request: dict[str, Any], key: str) -> str:
        """The id of the diagnosis of a program that the service has."""
        return str(self._diagnoses.run(sha256, name, request, key).id)

    def newest(self, sha256: str) -> str | None:
        """The id of the newest diagnosis of a program, None where there is none."""
        return next((summary.id for summary in self.list(model=sha256)), None)
