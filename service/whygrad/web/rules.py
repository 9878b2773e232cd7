"""The catalogue of findings, as the rules document themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from whygrad.engine import catalogue
from whygrad.engine.rule import Rule
from whygrad.engine.spelling import spelt
from whygrad.web.answers.catalogue import RulePage, Rules
from whygrad.web.dashboard import catalogue as pages
from whygrad.web.errors import Problem
from whygrad.web.operation import Answer, operation
from whygrad.web.representations import EITHER, either

resource = Blueprint("rules", __name__)


@resource.get("/rules")
@operation("List what can be found", answers={200: Answer("Every rule, by its code", Rules, EITHER)})
def index() -> Response:
    """Every rule in one line."""
    rules = catalogue.rules()
    return either(lambda: pages.index(rules), lambda: jsonify(rules=[_summary(rule) for rule in rules]))


@resource.get("/rules/<code>")
@operation(
    "Explain one rule",
    answers={200: Answer("What happened, why it matters, how to fix it", RulePage, EITHER)},
    problems={404: "no such rule"},
)
def show(code: str) -> Response:
    """The documentation of a rule, with a program that it finds and one that it leaves alone."""
    try:
        rule = catalogue.rule(code)
    except KeyError as error:
        raise Problem(404, f"There is no rule {spelt(code, 20)}; GET /rules lists those that there are.") from error
    family = [one for one in catalogue.rules() if one.family == rule.family]
    return either(lambda: pages.show(rule, family), lambda: jsonify(_summary(rule) | asdict(rule.documentation)))


def _summary(rule: Rule) -> dict[str, Any]:
    names = ("code", "name", "family", "severity", "summary", "docs")
    return {name: getattr(rule, name) for name in names}
