"""What a program says of itself, which a worker reads once: the web opens none."""

from __future__ import annotations

from typing import Any

from whygrad.jobs.diagnosis import Diagnosis
from whygrad.jobs.store import UploadGone
from whygrad.web.errors import Problem
from whygrad.web.representations import wants_page
from whygrad.web.service import service
from whygrad.web.waiting import wait_for

ABANDONED = ("lost", "cancelled")
GONE = "This program is no longer here. Choose its file again."
"""What a page says of one that is not kept, to who has a file and no command line."""


def read(sha256: str, seconds: float) -> Diagnosis:
    """The job that reads a program, waited for. Raises Problem 404 where there is no such program."""
    job = _reading(sha256)
    wait_for(job.id, seconds)
    return service().store.get(job.id) or job


def size_of(sha256: str) -> int:
    """How many bytes a program has. Raises Problem 404 where there is none."""
    upload = service().blobs.find(sha256)
    if upload is None:
        raise _unknown(sha256)
    return upload.bytes


def _reading(sha256: str) -> Diagnosis:
    size, known = size_of(sha256), service().store.description(sha256)
    if known and known.status not in ABANDONED:
        return known
    upload: dict[str, Any] = {"model_sha256": sha256, "model_name": sha256[:12], "model_bytes": size}
    try:
        job = service().store.submit(kind="describe", request={}, is_kept=service().blobs.has, **upload)
    except UploadGone as error:
        raise _unknown(sha256) from error
    service().courier.wake()
    return job


def _unknown(sha256: str) -> Problem:
    return Problem(404, GONE if wants_page() else f"No upload has this sha256. Send it with PUT /models/{sha256}.")
