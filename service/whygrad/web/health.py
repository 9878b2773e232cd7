"""What operators and clients ask of the service itself."""

from __future__ import annotations

import os

from flask import Blueprint, Response, current_app, jsonify

import whygrad
from whygrad.engine.shapes import MOST_INPUTS
from whygrad.request import document, strict_json
from whygrad.web import schemas, spec
from whygrad.web.answers.standing import Greeting, Health, Limits
from whygrad.web.dashboard import home
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, operation
from whygrad.web.representations import HTML, JSON, wants_page
from whygrad.web.service import service

resource = Blueprint("health", __name__)


@resource.get("/")
@operation(
    "Say what this is",
    answers={200: Answer("The service and its doors", Greeting, (JSON.media_type, HTML.media_type))},
)
def index() -> Response:
    """A pointer to everything else; for a browser the page that takes a program."""
    answer = home.show() if wants_page() else _greeting()
    answer.vary.add("Accept")
    return answer


def _greeting() -> Response:
    return jsonify(
        service="whygrad",
        version=whygrad.__version__,
        diagnose="curl -F model=@model.pt -F shapes=1x3x224x224 …/diagnose",
        documentation="/openapi.yaml",
        rules="/rules",
        limits="/limits",
    )


@resource.get("/healthz")
@operation("Tell whether this process lives", answers={200: Answer("It does", Health)})
def live() -> Response:
    """Nothing is asked of the database or the disk."""
    return jsonify(status="ok")


@resource.get("/readyz")
@operation(
    "Tell whether requests can be served",
    answers={200: Answer("They can", Health)},
    problems={503: "the database or the uploads' folder does not answer, or no worker lives"},
)
def ready() -> Response:
    """Ask the database, the folder of uploads, and whether a worker lives."""
    attended = service().presence.anybody()
    if not os.access(service().settings.data, os.W_OK):
        raise Problem(503, "The data folder cannot be written.", headers={"Retry-After": "5"})
    if not attended:
        detail = "No worker is ready: what is sent waits in the queue. The log of the workers tells why."
        raise Problem(503, detail, headers={"Retry-After": "5"})
    return jsonify(status="ok")


@resource.get("/limits")
@operation("Tell the limits in force", answers={200: Answer("Sizes in bytes, times in seconds", Limits)})
def limits() -> Response:
    """What a request and a program may take."""
    settings = service().settings
    return jsonify(
        upload_bytes=settings.max_upload_bytes,
        default_wait_seconds=settings.default_wait_seconds,
        max_wait_seconds=settings.max_wait_seconds,
        job_seconds=settings.job_seconds,
        job_memory_bytes=settings.job_memory_bytes,
        job_cpu_seconds=settings.job_cpu_seconds,
        job_result_bytes=settings.job_result_bytes,
        attempts=settings.attempts,
        request_bytes=strict_json.LARGEST_DOCUMENT,
        request_depth=strict_json.LARGEST_DEPTH,
        inputs=MOST_INPUTS,
        steps=document.MOST_STEPS,
        explain_characters=schemas.LONGEST_TEXT,
    )


@resource.get("/openapi.yaml")
@operation("Describe this interface", answers={200: Answer("OpenAPI 3.1", media_types=(spec.MEDIA_TYPE,))})
def openapi() -> Response:
    """The specification of what this process serves."""
    return Response(spec.text(current_app), mimetype=spec.MEDIA_TYPE)
