"""Uploads on their way to the folder: hashing and syncing half a gigabyte takes seconds, so it is done in a thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent

from whygrad.storage.blobs import Arriving, Blob, Readable
from whygrad.web.service import service

Given = TypeVar("Given")


def keep(file: Readable) -> Blob:
    """Store a file, which is read in another thread. Raises what reading it raises."""
    return _elsewhere(service().blobs.put, file)


def keep_arrived(upload: Arriving) -> Blob:
    """Store what has arrived; the disk is waited for in another thread."""
    return _elsewhere(service().blobs.keep, upload)


def _elsewhere(done: Callable[[Given], Blob], given: Given) -> Blob:
    blob: Blob = gevent.get_hub().threadpool.apply(done, (given,))
    return blob
