"""The page of all diagnoses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request

from whygrad.web.dashboard.filters import CHOICES


def index(diagnoses: Sequence[Mapping[str, Any]], following: str | None) -> Response:
    """Those that the filters leave, and the way to the next of them."""
    page = render_template(
        "diagnoses.html", diagnoses=diagnoses, following=following, asked=request.args, choices=CHOICES
    )
    return Response(page, mimetype="text/html")
