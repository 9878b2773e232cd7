"""The page of two diagnoses side by side, and the one on which the second is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.render import differences
from whygrad.render.comparison import Comparison
from whygrad.web.service import service

OFFERED = 20
SHOWN = 200


def show(comparison: Comparison) -> Response:
    """What is new, fixed and still there; gradients, shapes and requests that differ."""
    page = render_template("compare.html", compared=comparison, summary=differences.summary(comparison), shown=SHOWN)
    return Response(page, mimetype="text/html")


def choose(first: Mapping[str, Any]) -> Response:
    """The diagnoses that `first` can be held against, those of the same file before all others."""
    name = first["model"]["name"]
    same = [one for one in _newest(first, name=name) if one["model"]["name"] == name]
    others = [one for one in _newest(first) if one not in same]
    return Response(render_template("choose.html", first=first, same=same, others=others), mimetype="text/html")


def _newest(first: Mapping[str, Any], name: str | None = None) -> list[dict[str, Any]]:
    newest = service().store.page(name=name, limit=OFFERED + 1).items
    return [one.view() for one in newest if one.id != first["id"]]
