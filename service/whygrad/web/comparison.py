"""Two diagnoses side by side: what was fixed, what is new, what is still there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from whygrad.jobs.diagnosis import view
from whygrad.render import differences
from whygrad.render.comparison import compare
from whygrad.web import replies
from whygrad.web.dashboard import comparison as pages
from whygrad.web.diagnoses import found
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, operation
from whygrad.web.representations import EITHER, either, wants_page
from whygrad.web.schemas import CompareQuery

resource = Blueprint("comparison", __name__)


@resource.get("/compare")
@operation(
    "Compare two diagnoses",
    query=CompareQuery,
    answers={200: Answer("What lies between them", replies.Comparison, EITHER)},
    problems={404: "no such diagnosis", 422: "not two of them"},
)
def show(query: dict[str, Any]) -> Response:
    """What `b` has that `a` had not, and the other way round; on a page, which one is missing can be chosen."""
    known = {side: view(found(id)) for side, id in query.items()}
    if len(known) < 2 and wants_page():
        return pages.choose(known.get("a") or known.get("b"))
    if missing := next((side for side in ("a", "b") if side not in known), None):
        raise Problem(422, f"Two diagnoses are compared: {missing} is missing, the id of one.", pointer=f"/{missing}")
    compared = compare(known["a"], known["b"])
    return either(lambda: pages.show(compared), lambda: jsonify(differences.view(compared)))
