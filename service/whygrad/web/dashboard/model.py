"""The page of a program: what it takes, and what was diagnosed in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.web.service import service

RECENT = 30
FAULTS = 10


def show(described: Mapping[str, Any]) -> Response:
    """The program as it describes itself, its faults, and its diagnoses, newest first."""
    sha256 = described["sha256"]
    newest = service().store.page(model=sha256, limit=RECENT)
    diagnoses = [item.view() for item in newest.items]
    page = render_template(
        "model.html",
        model=described,
        name=diagnoses[0]["model"]["name"] if diagnoses else sha256[:12],
        diagnoses=diagnoses,
        more=newest.next_cursor is not None,
        faults=[fault.view() for fault in service().faults.page(model=sha256, limit=FAULTS).items],
    )
    return Response(page, mimetype="text/html")
