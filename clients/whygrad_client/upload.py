"""What is sent, as it is read: a program is never held in memory, and each piece that has left is told."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from whygrad_client.errors import Unreadable

_CHUNK = 256 * 1024

Sendable = str | os.PathLike[str] | bytes
Progress = Callable[[int, int], None]
"""Is told how many bytes of how many have left; where an upload is begun again, it counts from the start."""


@dataclass(frozen=True)
class Program:
    """A program to be sent: a file, or its bytes."""

    content: Path | bytes
    name: str

    @classmethod
    def of(cls, model: Sendable, name: str | None = None) -> Program:
        """The program that a path or bytes are. Raises TypeError for anything else: a module has to be saved first."""
        if isinstance(model, bytes):
            return cls(model, name or "model")
        if not isinstance(model, str | os.PathLike):
            kind = type(model).__name__
            wanted = 'torch.jit.script(model).save("model.pt"), and send "model.pt"'
            raise TypeError(f"a path or bytes, not {kind}: {wanted}")
        return cls(Path(model), name or Path(model).name)

    @cached_property
    def size(self) -> int:
        """Its length in bytes. Raises Unreadable where there is no such file."""
        if isinstance(self.content, bytes):
            return len(self.content)
        try:
            return self.content.stat().st_size
        except (OSError, ValueError) as error:  # a path that holds NUL is none
            raise _unreadable(self.content, error) from error

    @cached_property
    def sha256(self) -> str:
        """The hash that names it in a service. Raises Unreadable."""
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        try:
            with self.content.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(self.content, error) from error

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, piece by piece. Raises Unreadable where there are no longer as many as there were."""
        if isinstance(self.content, bytes):
            yield from (self.content[start : start + _CHUNK] for start in range(0, self.size, _CHUNK))
        else:
            yield from _read(self.content, self.size)


class Content:
    """A program as the body of a request: an iterable that knows its length, and may be begun again."""

    content_type = "application/octet-stream"

    def __init__(self, program: Program, progress: Progress | None = None) -> None:
        self.program = program
        self.progress = progress

    def __len__(self) -> int:
        return self.program.size

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        for chunk in self.program.chunks():
            yield chunk
            sent += len(chunk)
            if self.progress:
                self.progress(sent, self.program.size)


class Form:
    """A form (multipart/form-data) of plain fields and, where there is a program to be sent, of that."""

    def __init__(self, fields: Mapping[str, Any], content: Content | None = None) -> None:
        """Texts are sent as they are, all else as JSON."""
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._content = content
        parts = [_field(boundary, name, value) for name, value in fields.items()]
        if content is not None:
            named = f'name="model"; filename="{_quoted(content.program.name)}"'
            parts.append(_part(boundary, named, Content.content_type))
        self._head = b"".join(parts)
        self._tail = (b"" if content is None else b"\r\n") + f"--{boundary}--\r\n".encode()

    def __len__(self) -> int:
        return len(self._head) + len(self._content or b"") + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        yield from self._content or ()
        yield self._tail


def _read(path: Path, size: int) -> Iterator[bytes]:
    left = size
    try:
        with path.open("rb") as file:
            while left and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
    except OSError as error:  # one that is raised on is taken for a connection that broke
        raise _unreadable(path, error) from error
    if left:
        raise Unreadable(f"{path} became shorter while it was sent; send it once nobody writes to it")


def _unreadable(path: Path, error: OSError | ValueError) -> Unreadable:
    return Unreadable(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}")


def _field(boundary: str, name: str, value: Any) -> bytes:
    told, kind = (
        (value, "text/plain; charset=utf-8") if isinstance(value, str) else (json.dumps(value), "application/json")
    )
    return _part(boundary, f'name="{name}"', kind) + _encoded(told) + b"\r\n"


def _part(boundary: str, disposition: str, content_type: str) -> bytes:
    lines = f"--{boundary}", f"Content-Disposition: form-data; {disposition}", f"Content-Type: {content_type}", "", ""
    return _encoded("\r\n".join(lines))


def _encoded(text: str) -> bytes:
    """A file's name may hold bytes that are no text."""
    return text.encode(errors="replace")


def _quoted(name: str) -> str:
    return name.replace("\\", "_").replace('"', "%22").replace("\r", "_").replace("\n", "_")
