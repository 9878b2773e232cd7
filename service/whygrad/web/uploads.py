"""Uploads on their way to the folder: to hash, write and sync half a gigabyte takes seconds, so threads do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent

from whygrad.storage.blobs import CHUNK, Arriving, Blob, Readable
from whygrad.web.service import service

Given = TypeVar("Given")
Done = TypeVar("Done")


def keep(file: Readable) -> Blob:
    """Store a file, which is read in another thread. Raises what reading it raises."""
    return _elsewhere(service().blobs.put, file)


def take(upload: Arriving, stream: Readable) -> None:
    """Write what a socket of this thread gives, each piece in another thread. Raises what reading it raises."""
    while piece := stream.read(CHUNK):
        _elsewhere(upload.add, piece)


def keep_arrived(upload: Arriving) -> Blob:
    """Store what has arrived; the disk is waited for in another thread."""
    return _elsewhere(service().blobs.keep, upload)


def _elsewhere(do: Callable[[Given], Done], given: Given) -> Done:
    done: Done = gevent.get_hub().threadpool.apply(do, (given,))
    return done
