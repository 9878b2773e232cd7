"""An error message or a traceback in, the codes that it can mean out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from whygrad.engine.explain import explain
from whygrad.web.answers.explanation import Explanation
from whygrad.web.dashboard import explanation as page
from whygrad.web.operation import Answer, JsonOrFields, operation
from whygrad.web.representations import EITHER, either
from whygrad.web.schemas import ExplainRequest

resource = Blueprint("explain", __name__)


@resource.post("/explain")
@operation(
    "Explain an error text",
    body=JsonOrFields(ExplainRequest),
    answers={200: Answer("The codes that it can mean, and how to tell them apart", Explanation, EITHER)},
    problems={413: "larger than the limit", 415: "not JSON", 422: "no text; `errors` says why"},
)
def create(body: dict[str, str]) -> Response:
    """What the text can mean."""
    explanation = explain(body["text"])
    return either(lambda: page.show(body["text"], explanation), lambda: jsonify(explanation))


@resource.get("/explain")
@operation("Show the page that explains an error text", answers={200: Answer("The page", media_types=("text/html",))})
def ask() -> Response:
    """A field for the text."""
    return page.show()
