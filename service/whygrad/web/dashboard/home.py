"""The first page: where a program is dropped."""

from __future__ import annotations

from flask import Response, render_template

from whygrad.web.service import service


def show() -> Response:
    """The drop zone and the newest diagnoses."""
    recent = [item.view() for item in service().store.page(limit=10).items]
    return Response(render_template("home.html", recent=recent), mimetype="text/html")
