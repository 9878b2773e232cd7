"""What is wrong with a request, for a browser: the problem that a program would get, as a page."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, current_app, redirect, render_template, request

from whygrad.web.errors import is_problem
from whygrad.web.representations import wants_page


def as_page(answer: Response) -> Response:
    """The answer, where it is a problem and the client a browser as a page, else as it is."""
    if not is_problem(answer) or not wants_page() or request.method == "HEAD":
        return answer
    if answer.status_code == 401 and request.method == "GET" and not request.headers.get("HX-Request"):
        place = urlencode({"next": request.full_path.rstrip("?")})
        return current_app.make_response(redirect(f"/sign-in?{place}", 303))
    answer.set_data(render_template("problem.html", problem=answer.get_json()))
    answer.content_type = "text/html; charset=utf-8"
    answer.vary.add("Accept")
    return answer
