"""Where keys are on: the page that takes one, and the way out."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from whygrad.web import proxy, signing
from whygrad.web.dashboard.onward import onward
from whygrad.web.door import is_key
from whygrad.web.service import service

resource = Blueprint("sign_in", __name__)

MOST_BYTES = 10_000
"""Of a form that holds a key and a place."""


@resource.get("/sign-in")
def show() -> ResponseReturnValue:
    """The page, for whoever is not in already."""
    if signing.signed_in() or proxy.visitor():
        return redirect(onward(request.args.get("next", "")), 303)
    return _page(request.args.get("next", ""))


@resource.post("/sign-in")
def create() -> ResponseReturnValue:
    """Let a browser in that shows a key, and send it where it wanted to go."""
    request.max_content_length = MOST_BYTES  # whoever asks has shown no key yet
    key, place = request.form.get("key", "").strip(), request.form.get("next", "")
    if not is_key(key):
        return _page(place, wrong=True), 422
    answer = redirect(onward(place), 303)
    signing.sign_in(answer, key)
    return answer


@resource.post("/sign-out")
def delete() -> ResponseReturnValue:
    """Forget the browser."""
    answer = redirect("/sign-in", 303)
    signing.sign_out(answer)
    return answer


def _page(place: str, wrong: bool = False) -> Response:
    page = render_template("sign_in.html", onward=onward(place), wrong=wrong, settings=service().settings)
    return Response(page, mimetype="text/html")
