"""Uploads by content: a file is named by the sha256 of its bytes, so one that is known is kept once."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

CHUNK = 1024 * 1024
INCOMING = "incoming"
SHA256 = re.compile(r"[0-9a-f]{64}")


class Readable(Protocol):
    """Anything that gives bytes: an open file, the body of a request."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


@dataclass(frozen=True)
class Blob:
    """An upload that is stored: its name and its size."""

    sha256: str
    bytes: int


class Arriving:
    """An upload that is written as it comes, and how far it is."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.bytes = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what has come so far."""
        return self._digest.hexdigest()

    def add(self, piece: bytes) -> None:
        """Write what comes next."""
        self._digest.update(piece)
        self.bytes += self.file.write(piece)

    def take(self, stream: Readable) -> None:
        """Write the rest of a stream."""
        while piece := stream.read(CHUNK):
            self.add(piece)

    def sync(self) -> None:
        """Have all that came on the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())


class Blobs:
    """A folder of uploads."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made by the first `put`."""
        self.folder = folder

    def put(self, stream: Readable) -> Blob:
        """Store what `stream` holds. Once this returns it survives a power cut; if it raises, nothing is left."""
        with self.arriving() as upload:
            upload.take(stream)
            return self.keep(upload)

    @contextmanager
    def arriving(self) -> Iterator[Arriving]:
        """A place for an upload of which nothing is left afterwards, unless it is kept."""
        incoming = self.folder / INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=incoming, delete=False) as file:
            try:
                yield Arriving(file)
            finally:
                Path(file.name).unlink(missing_ok=True)

    def keep(self, upload: Arriving) -> Blob:
        """Store what has arrived. Once this returns it survives a power cut."""
        upload.sync()
        path = self.path(upload.sha256)
        path.parent.mkdir(exist_ok=True)
        os.replace(upload.file.name, path)
        _sync(path.parent)
        _sync(self.folder)  # which may have got that folder just now
        return Blob(upload.sha256, upload.bytes)

    def path(self, sha256: str) -> Path:
        """Where the upload is, or would be. Raises ValueError where `sha256` is not 64 lower-case hex digits."""
        if not SHA256.fullmatch(sha256):
            raise ValueError("a sha256 is 64 lower-case hexadecimal digits")
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """True where the upload is stored."""
        return self.find(sha256) is not None

    def find(self, sha256: str) -> Blob | None:
        """The upload, None where it is not stored."""
        try:
            return Blob(sha256, self.path(sha256).stat().st_size)
        except (ValueError, FileNotFoundError):
            return None

    def delete(self, sha256: str, *, older: float = 0.0) -> None:
        """Forget the upload, unless it was stored in the last `older` seconds; one that is not there is no error."""
        if not older or _age(self.path(sha256)) > older:
            self.path(sha256).unlink(missing_ok=True)

    def older(self, seconds: float) -> Iterator[str]:
        """The uploads that were stored longer ago."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            if SHA256.fullmatch(path.name) and _age(path) > seconds:
                yield path.name

    def usage(self) -> tuple[int, int]:
        """How many uploads there are, and how many bytes they take together."""
        sizes = [_size(path) for path in self.folder.glob("[0-9a-f][0-9a-f]/*")]
        return len(sizes), sum(sizes)

    def sweep(self, seconds: float) -> None:
        """Remove what a process that was killed left half stored, longer ago than so many seconds."""
        for path in (self.folder / INCOMING).glob("*"):
            if _age(path) > seconds:
                path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Let what was put into a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(path: Path) -> float:
    """Seconds since the file was written; what is gone is no second old."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
