"""The page of two diagnoses side by side, and the one on which the second is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.jobs.listing import Summary
from whygrad.render import differences
from whygrad.render.comparison import Comparison
from whygrad.web.service import service

OFFERED = 20
SHOWN = 200


def show(comparison: Comparison) -> Response:
    """What is new, fixed and still there; gradients, shapes and requests that differ."""
    page = render_template("compare.html", compared=comparison, summary=differences.summary(comparison), shown=SHOWN)
    return Response(page, mimetype="text/html")


def choose(first: Mapping[str, Any] | None) -> Response:
    """The diagnoses that `first` can be held against, those of the same file before all others."""
    name = None if first is None else first["model"]["name"]
    newest = [one for one in service().store.page(limit=OFFERED + 1).items if first is None or one.id != first["id"]]
    same = [] if name is None else [one for one in _named(name) if first is None or one.id != first["id"]]
    others = [one for one in newest if one not in same]
    page = render_template(
        "choose.html", first=first, same=[one.view() for one in same], others=[one.view() for one in others]
    )
    return Response(page, mimetype="text/html")


def _named(name: str) -> list[Summary]:
    return [one for one in service().store.page(name=name, limit=OFFERED + 1).items if one.model_name == name]
