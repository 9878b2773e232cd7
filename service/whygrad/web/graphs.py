"""The graph of a diagnosis: what was observed, to be drawn."""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from marshmallow import fields
from marshmallow.validate import OneOf

from whygrad.engine.graph.streams import STATES
from whygrad.render import svg
from whygrad.web.diagnoses import found
from whygrad.web.documents import Document, TensorFacts
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, operation
from whygrad.web.service import service

resource = Blueprint("graphs", __name__)


class Column(fields.List[Any]):
    """One value for each row of a table of columns."""

    def __init__(self, told: str, name: str | None = None) -> None:
        described = {"description": told}
        super().__init__(fields.Integer(allow_none=True), required=True, data_key=name, metadata=described)


class Operations(Document):
    """A row for each operation that ran, or stands behind the one that stopped, and for each end of the program."""

    node = Column("its number in the program; null for an input, an output and the loss")
    name = Column("the text: `aten::linear`, or `input`, `output`, `loss`")
    label = Column("the text: what the program calls its result")
    scope = Column("the module whose code it is in")
    gradient = Column("the state: what becomes of the gradient there")
    times = Column("how often it ran")


class Edges(Document):
    """A row for each tensor that an operation gives and another reads."""

    source = Column("the operation that gives it", "from")
    target = Column("the operation that reads it", "to")
    role = Column("the text: as what it is read")
    tensor = Column("its shape and type; null where neither is known, and for a number taken out of a tensor")
    gradient = Column("the state: what becomes of the gradient on the way back")


class Scopes(Document):
    """A row for each call of a module; the first is the program itself."""

    name = Column("the text: its name in the module around it")
    type = Column("the text: its type")
    parent = Column("the scope around it, an earlier one")
    call = Column("the number of the call among those of that module")


class Sizes(Document):
    """The two numbers that differ where a shape stops fitting."""

    given = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    of = fields.String(required=True, metadata={"description": "what they count: features, channels, elements …"})
    role = fields.String(required=True, metadata={"description": "the operand that gives"})
    against = fields.String(required=True, allow_none=True, metadata={"description": "the one that takes"})


class OtherPlace(Document):
    """Another place that belongs to a fault."""

    label = fields.Integer(required=True, metadata={"description": "the text: saved here, changed here …"})
    op = fields.Integer(required=True)


class Mark(Document):
    """Where a finding of the diagnosis stands, in the order of its findings."""

    op = fields.Integer(required=True, allow_none=True)
    scope = fields.Integer(required=True, allow_none=True)
    related = fields.List(fields.Nested(OtherPlace), required=True)
    sizes = fields.Nested(Sizes, required=True, allow_none=True)


class Graph(Document):
    """Columns of numbers that point into tables: operation 5 is the sixth entry of each column of `ops`."""

    schema = fields.Integer(required=True, validate=OneOf([1]))
    observed_in = fields.String(
        required=True, allow_none=True, data_key="pass", metadata={"description": "the pass that it shows"}
    )
    ops = fields.Nested(Operations, required=True)
    ops_total = fields.Integer(required=True, metadata={"description": "how many there are; a large graph is cut"})
    edges = fields.Nested(Edges, required=True)
    findings = fields.List(fields.Nested(Mark), required=True)
    stopped = fields.Integer(required=True, allow_none=True, metadata={"description": "the operation that raised"})
    scopes = fields.Nested(Scopes, required=True)
    tensors = fields.List(fields.Nested(TensorFacts), required=True)
    texts = fields.List(fields.String(), required=True)
    states = fields.List(fields.String(validate=OneOf(STATES)), required=True)


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
