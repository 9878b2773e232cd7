"""An error message or a traceback in, the codes that it can mean out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from whygrad.engine.explain import explain
from whygrad.web import replies
from whygrad.web.operation import Answer, Json, operation
from whygrad.web.schemas import ExplainRequest

resource = Blueprint("explain", __name__)


@resource.post("/explain")
@operation(
    "Explain an error text",
    body=Json(ExplainRequest),
    answers={200: Answer("The codes that it can mean, and how to tell them apart", replies.Explanation)},
    problems={413: "larger than the limit", 415: "not JSON", 422: "no text; `errors` says why"},
)
def create(body: dict[str, str]) -> Response:
    """What the text can mean."""
    return jsonify(explain(body["text"]))
