"""The graph of a diagnosis: what was observed, to be drawn."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from whygrad.render import svg
from whygrad.web.answers.graph import Graph
from whygrad.web.errors import Problem
from whygrad.web.lookup import found
from whygrad.web.operation import Answer, operation
from whygrad.web.service import service

resource = Blueprint("graphs", __name__)


@resource.get("/diagnoses/<id:id>/graph")
@operation(
    "Show what was observed as a graph",
    headers=("If-None-Match",),
    answers={
        200: Answer("Operations, tensors between them, and where the findings stand", Graph, headers=("ETag",)),
        304: Answer("As the ETag says, unchanged"),
    },
    problems={404: "no such diagnosis, or nothing was run that could be drawn"},
)
def show(id: str) -> ResponseReturnValue:
    """The graph, as it lies in the database where the client takes gzip."""
    packed = service().store.graph(found(id).id)
    if packed is None:
        raise Problem(404, _why_not(id))
    answer = _encoded(packed)
    answer.set_etag(sha256(packed).hexdigest()[:32], weak=True)
    answer.vary.add("Accept-Encoding")
    return answer.make_conditional(request)


@resource.get("/diagnoses/<id:id>.svg")
@operation(
    "Download what was observed as a picture",
    headers=("If-None-Match",),
    answers={
        200: Answer("It stands by itself", Graph, ("image/svg+xml",), ("Content-Disposition", "ETag")),
        304: Answer("As the ETag says, unchanged"),
    },
    problems={404: "no such diagnosis, or nothing was run that could be drawn"},
)
def picture(id: str) -> ResponseReturnValue:
    """The graph drawn, with the findings at their places."""
    packed = service().store.graph(found(id).id)
    if packed is None:
        raise Problem(404, _why_not(id))
    drawn = svg.render(service().shown(found(id)), json.loads(gzip.decompress(packed)))
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers.set("Content-Disposition", "attachment", filename=f"whygrad-{id[:8]}.svg")
    answer.add_etag()
    return answer.make_conditional(request)


def _encoded(packed: bytes) -> Response:
    if not request.accept_encodings["gzip"]:
        return Response(gzip.decompress(packed), mimetype="application/json")
    return Response(packed, mimetype="application/json", headers={"Content-Encoding": "gzip"})


def _why_not(id: str) -> str:
    diagnosis = found(id)
    if not diagnosis.finished:
        return f"The diagnosis is {diagnosis.status}: its graph is there when it is done."
    headline: Any = (diagnosis.document or {}).get("headline")
    return f"There is no graph: nothing of the program was run. {headline or ''}".strip()
