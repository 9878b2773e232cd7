"""What is wrong with a request, for a browser: the problem that a program would get, as a page."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, current_app, redirect, render_template, request

from whygrad.web.errors import is_problem
from whygrad.web.representations import wants_page

NEXT = {
    403: ("Nothing was done", "Open the page itself, and send it from there."),
    404: ("Nothing is here", "The address may be mistyped, or what stood here was deleted."),
    410: ("This is over", ""),
    413: ("This is too large", "A model with fewer or narrower layers has the same fault, and is a smaller file."),
    421: ("This name is not known here", ""),
    422: ("This cannot be used as it is", "Go back, mend it, and send it again."),
    500: ("This failed", "Try again; if it fails again, tell whoever runs this service that number."),
    503: ("The service cannot answer now", "What was sent before is kept, and goes on by itself."),
    507: ("No room is left", "What was sent before is kept. Try again once there is room."),
}
"""What a page says above what went wrong, and what is to be done below it."""
AGAIN = (500, 503, 507)
"""What may go well the next time."""


def as_page(answer: Response) -> Response:
    """The answer, where it is a problem and the client a browser as a page, else as it is."""
    if not is_problem(answer) or not wants_page() or request.method == "HEAD":
        return answer
    if answer.status_code == 401 and request.method == "GET" and not request.headers.get("HX-Request"):
        place = urlencode({"next": request.full_path.rstrip("?")})
        return current_app.make_response(redirect(f"/sign-in?{place}", 303))
    told = answer.get_json()
    title, advice = NEXT.get(answer.status_code, (told["title"], ""))
    again = request.full_path.rstrip("?") if answer.status_code in AGAIN and request.method == "GET" else ""
    answer.set_data(render_template("problem.html", problem=told, title=title, advice=advice, again=again))
    answer.content_type = "text/html; charset=utf-8"
    answer.vary.add("Accept")
    return answer
