"""A form with a file in it, sent as it is read: the file is never held in memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 256 * 1024


class Form:
    """A multipart/form-data body of one JSON document and one program: an iterable that knows its length.

    Raises OSError where the file cannot be read.
    """

    def __init__(self, request: str, model: Path | bytes, name: str) -> None:
        boundary = secrets.token_hex(16)
        quoted = name.replace("\\", "_").replace('"', "%22").replace("\r", "_").replace("\n", "_")
        json_part = _part(boundary, 'name="request"', "application/json") + request.encode() + b"\r\n"
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = json_part + _part(boundary, f'name="model"; filename="{quoted}"', "application/octet-stream")
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._model = model
        self._size = len(model) if isinstance(model, bytes) else model.stat().st_size

    def __len__(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        yield from self._chunks()
        yield self._tail

    def _chunks(self) -> Iterator[bytes]:
        if isinstance(self._model, bytes):
            yield self._model
            return
        left = self._size
        with self._model.open("rb") as file:
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
        if left:
            raise OSError(f"{self._model} became shorter while it was sent")


def _part(boundary: str, disposition: str, content_type: str) -> bytes:
    lines = f"--{boundary}", f"Content-Disposition: form-data; {disposition}", f"Content-Type: {content_type}", "", ""
    return "\r\n".join(lines).encode()
