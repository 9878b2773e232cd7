"""The page of a diagnosis."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template


def show(document: dict[str, Any]) -> Response:
    """The page for a document, finished or not."""
    return Response(render_template("diagnosis.html", document=document), mimetype="text/html")
