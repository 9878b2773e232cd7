"""Programs: uploaded once, named by their sha256."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from whygrad.jobs.diagnosis import Diagnosis
from whygrad.storage.blobs import Arriving, Readable
from whygrad.web.answers.description import Description
from whygrad.web.dashboard import model as pages
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, Bytes, operation
from whygrad.web.reading import ABANDONED, read, size_of
from whygrad.web.representations import EITHER, either
from whygrad.web.service import service
from whygrad.web.uploads import keep_arrived, take
from whygrad.web.waiting import patience

resource = Blueprint("models", __name__)

PAGE_SECONDS = 1.0
"""How long a page waits for a program to be read before it is shown without."""


@resource.route("/models/<sha256:sha256>", methods=["HEAD"])
@operation(
    "Tell whether a program is here",
    answers={200: Answer("It is here", headers=("Content-Length",))},
    problems={404: "it is not"},
)
def head(sha256: str) -> Response:
    """The size of the program, in Content-Length."""
    return Response(headers={"Content-Length": str(size_of(sha256))}, mimetype="application/octet-stream")


@resource.put("/models/<sha256:sha256>")
@operation(
    "Upload a program under its sha256",
    body=Bytes(),
    answers={201: Answer("Stored", headers=("Location",)), 204: Answer("It was here already")},
    problems={
        404: "no sha256 in the path",
        413: "larger than the limit",
        422: "empty, or its sha256 is another",
        507: "no room is left for it",
    },
)
def put(sha256: str, body: Readable) -> Response:
    """Store the body if it is what the path says."""
    known = service().blobs.has(sha256)
    with service().blobs.arriving() as upload:
        take(upload, body)
        _require(upload, sha256)
        keep_arrived(upload)
    return Response(status=204) if known else Response(status=201, headers={"Location": request.path})


@resource.get("/models/<sha256:sha256>")
@operation(
    "Describe a program: methods, arguments, recorded shapes",
    headers=("Prefer",),
    answers={
        200: Answer("What the program says of itself", Description, EITHER, ("Preference-Applied",)),
        202: Answer("Not read yet", Description, headers=("Retry-After", "Preference-Applied")),
    },
    problems={404: "no such program", 503: "it could not be read"},
)
def show(sha256: str) -> Response:
    """What a worker read in the program, which happens once; on a page also what was diagnosed in it."""
    return either(lambda: _page(sha256), lambda: _description(sha256))


def _page(sha256: str) -> Response:
    return pages.show(_told(read(sha256, PAGE_SECONDS)))


def _description(sha256: str) -> Response:
    waits = patience(service().settings.default_wait_seconds)
    job = read(sha256, waits.seconds)
    if job.status in ABANDONED:
        raise Problem(503, "No worker could read this program; its log tells why.", headers={"Retry-After": "5"})
    answer = jsonify(_told(job))
    answer.headers.update(waits.headers)
    if not job.finished:
        answer.status_code = 202
        answer.headers["Retry-After"] = "1"
    return answer


def _told(job: Diagnosis) -> dict[str, Any]:
    return {**(job.document or {}), "sha256": job.model_sha256, "bytes": job.model_bytes, "status": job.status}


def _require(upload: Arriving, sha256: str) -> None:
    if not upload.bytes:
        raise Problem(422, "The body is empty; it is to be the program: curl -T model.pt", pointer="")
    if upload.sha256 != sha256:
        raise Problem(422, f"The body has the sha256 {upload.sha256}, not the path's.", pointer="")
