"""The page that explains an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from whygrad.engine.codes import CODES

IN_FULL = 3


def show(text: str = "", explanation: Mapping[str, Any] | None = None) -> Response:
    """The field for a text, and below it what this one can mean."""
    page = render_template("explain.html", text=text, explanation=explanation, in_full=IN_FULL, codes=CODES)
    return Response(page, mimetype="text/html")
