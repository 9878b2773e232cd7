"""The pages of the rules: what can be found, and how often it was found here."""

from __future__ import annotations

from itertools import groupby

from flask import Response, render_template

from whygrad.engine.codes import FAMILIES
from whygrad.engine.rule import Rule
from whygrad.web.dashboard.prose import twins
from whygrad.web.service import service

RECENT = 5


def index(rules: tuple[Rule, ...]) -> Response:
    """Every rule under its family."""
    families = [(FAMILIES[name], name, list(members)) for name, members in groupby(rules, lambda rule: rule.family)]
    page = render_template("rules.html", families=families, seen=service().faults.codes())
    return Response(page, mimetype="text/html")


def show(rule: Rule, family: list[Rule]) -> Response:
    """What a rule says of itself, its twins side by side, and where it was found last."""
    example = rule.documentation.example
    page = render_template(
        "rule.html",
        rule=rule,
        page=rule.documentation,
        family=family,
        kin=FAMILIES[rule.family],
        example=twins(example.bad, example.good),
        seen=service().faults.codes().get(rule.code),
        recent=[item.view() for item in service().store.page(code=rule.code, limit=RECENT).items],
    )
    return Response(page, mimetype="text/html")
