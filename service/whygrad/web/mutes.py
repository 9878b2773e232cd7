"""Mutes: findings that are known, and not to be told as news."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from whygrad.web.answers.diagnosis import Mute
from whygrad.web.answers.fault import Mutes
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, Json, operation
from whygrad.web.schemas import MuteRequest
from whygrad.web.service import service

resource = Blueprint("mutes", __name__)


@resource.get("/mutes")
@operation("List what is muted, newest first", answers={200: Answer("The mutes, a thousand at most", Mutes)})
def index() -> Response:
    """Every mute."""
    return jsonify(mutes=[mute.view() for mute in service().mutes.all()])


@resource.get("/mutes/<sha256:fingerprint>")
@operation(
    "Tell whether a finding is muted",
    answers={200: Answer("By whom, since when and why", Mute)},
    problems={404: "it is not"},
)
def show(fingerprint: str) -> Response:
    """The mute of a finding."""
    mute = service().mutes.get(fingerprint)
    if mute is None:
        raise _unknown()
    return jsonify(mute.view())


@resource.put("/mutes/<sha256:fingerprint>")
@operation(
    "Mute a finding, by its fingerprint",
    body=Json(MuteRequest),
    answers={200: Answer("It was muted before", Mute), 201: Answer("It is muted now", Mute)},
    problems={404: "no fingerprint in the path", 415: "not JSON", 422: "a field is wrong; `errors` says which"},
)
def put(fingerprint: str, body: dict[str, Any]) -> Response:
    """Mute it, or say anew who and why. Every diagnosis that has it, old and new, is marked from now on."""
    mute, new = service().mutes.put(fingerprint, **body)
    answer = jsonify(mute.view())
    answer.status_code = 201 if new else 200
    return answer


@resource.delete("/mutes/<sha256:fingerprint>")
@operation(
    "Let a finding be told again", answers={204: Answer("It is muted no more")}, problems={404: "it was not muted"}
)
def delete(fingerprint: str) -> Response:
    """Take the mute away."""
    if not service().mutes.delete(fingerprint):
        raise _unknown()
    return Response(status=204)


def _unknown() -> Problem:
    return Problem(404, "No finding with this fingerprint is muted; GET /mutes lists those that are.")
