"""Two diagnoses side by side: what was fixed, what is new, what is still there."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from whygrad.jobs.diagnosis import view
from whygrad.render import differences
from whygrad.render.comparison import compare
from whygrad.web.answers.comparison import Comparison
from whygrad.web.dashboard import comparison as pages
from whygrad.web.lookup import found
from whygrad.web.operation import Answer, operation
from whygrad.web.representations import EITHER, either
from whygrad.web.schemas import CompareQuery

resource = Blueprint("comparison", __name__)


@resource.get("/compare")
@operation(
    "Compare two diagnoses",
    query=CompareQuery,
    answers={200: Answer("What lies between them", Comparison, EITHER)},
    problems={404: "no such diagnosis", 422: "not two of them"},
)
def show(query: dict[str, str]) -> Response:
    """What `b` has that `a` had not, and the other way round."""
    compared = compare(view(found(query["a"])), view(found(query["b"])))
    return either(lambda: pages.show(compared), lambda: jsonify(differences.view(compared)))


@resource.get("/compare/<id:id>")
@operation(
    "Show the page on which another diagnosis is chosen",
    answers={200: Answer("The page", media_types=("text/html",))},
    problems={404: "no such diagnosis"},
)
def choose(id: str) -> Response:
    """What this one can be compared with."""
    return pages.choose(view(found(id)))
