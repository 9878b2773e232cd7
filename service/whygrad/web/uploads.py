"""Uploads on their way to the folder: hashing and syncing half a gigabyte takes seconds, so it is done in a thread."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

import gevent

from whygrad.storage.blobs import CHUNK, Blob, Readable
from whygrad.web.service import service


def keep(file: Readable) -> Blob:
    """Store a file, which is read in another thread. Raises what reading it raises."""
    return cast(Blob, gevent.get_hub().threadpool.apply(service().blobs.put, (file,)))


@dataclass(frozen=True)
class Spooled:
    """A body that was read to its end."""

    file: IO[bytes]
    sha256: str
    bytes: int


@contextmanager
def spooled(stream: Readable) -> Iterator[Spooled]:
    """The rest of a stream as a file that is gone afterwards."""
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile() as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += file.write(chunk)
        file.seek(0)
        yield Spooled(file, digest.hexdigest(), size)
