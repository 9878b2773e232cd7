"""What those who run the service look at: the queue, the workers, what failed last, what is used up."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent
from flask import Blueprint, Response, jsonify

import whygrad
from whygrad.storage.blobs import Blobs
from whygrad.web.answers.standing import Standing
from whygrad.web.dashboard import operators as page
from whygrad.web.operation import Answer, operation
from whygrad.web.representations import EITHER, either
from whygrad.web.service import service

resource = Blueprint("operators", __name__)


@resource.get("/operators")
@operation("Tell how the service stands", answers={200: Answer("The queue, the workers, the disk", Standing, EITHER)})
def show() -> Response:
    """The queue, the workers, the last failures, versions, limits and the disk."""
    told = _standing()
    return either(lambda: page.show(told), lambda: jsonify(told))


def _standing() -> dict[str, Any]:
    standing, settings = service().standing, service().settings
    return {
        "version": whygrad.__version__,
        "database": service().store.database.url.get_backend_name(),
        "queue": asdict(standing.queue()),
        "pace": asdict(standing.pace()),
        "workers": [member.view() for member in standing.workers()],
        "failures": [failure.view() for failure in standing.failures()],
        "disk": gevent.get_hub().threadpool.apply(_disk, (service().blobs, settings.data)),
        "limits": {
            "upload_bytes": settings.max_upload_bytes,
            "job_seconds": settings.job_seconds,
            "job_memory_bytes": settings.job_memory_bytes,
            "attempts": settings.attempts,
            "lease_seconds": settings.lease_seconds,
        },
    }


def _disk(blobs: Blobs, data: Path) -> dict[str, int]:
    """Asked of many files, so it is done in a thread."""
    uploads, size = blobs.usage()
    return {"uploads": uploads, "uploads_bytes": size, "free_bytes": shutil.disk_usage(data).free}
