"""Upload links: an address that takes one program from whoever has it, for a browser or a chat."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for

from whygrad.engine.spelling import spelt
from whygrad.jobs.links import Link
from whygrad.web.answers import link as answers
from whygrad.web.answers.diagnosis import Diagnosis
from whygrad.web.errors import Problem, is_problem
from whygrad.web.operation import Answer, Form, Json, operation
from whygrad.web.representations import wants_page
from whygrad.web.schemas import LinkRequest, UploadForm
from whygrad.web.service import service
from whygrad.web.submission import require_runnable, submit

resource = Blueprint("links", __name__)

PAGE = "text/html"
FIELDS = ("model", "shapes")


@resource.post("/upload-links")
@operation(
    "Make a one-time link for an upload",
    body=Json(LinkRequest),
    answers={201: Answer("The link; its address is told here and never again", answers.NewLink, headers=("Location",))},
    problems={415: "not JSON", 422: "the request is wrong; `errors` says where"},
)
def create(body: dict[str, Any]) -> Response:
    """A link for a program that is to be run as `request` or `shapes` say; what could not is told to whoever asks."""
    require_runnable(body)
    link, token = service().links.make(body["request"], body["seconds"])
    path = url_for("links.page", token=token)
    answer = jsonify(link.view() | {"url": (service().settings.public_url or request.host_url.rstrip("/")) + path})
    answer.status_code = 201
    answer.headers["Location"] = url_for("links.show", id=link.id)
    return answer


@resource.get("/upload-links/<id>")
@operation(
    "Tell what became of an upload link",
    answers={200: Answer("Open, used or expired", answers.Link)},
    problems={404: "no such link"},
)
def show(id: str) -> Response:
    """The link without its address; once used, the diagnosis that it became."""
    link = service().links.get(id)
    if link is None:
        raise Problem(404, f"There is no upload link {spelt(id, 80)}.")
    return jsonify(link.view())


@resource.get("/upload/<token>")
@operation(
    "Show the page of an upload link",
    answers={200: Answer("A form for one file", media_types=(PAGE,))},
    problems={404: "no such link", 410: "it was used, or is over"},
)
def page(token: str) -> Response:
    """The form."""
    return Response(_form(_open(token)), mimetype=PAGE)


@resource.post("/upload/<token>")
@operation(
    "Send a program through an upload link",
    body=Form(UploadForm, part_types={"model": "application/octet-stream"}),
    answers={
        202: Answer("It is queued", Diagnosis, ("application/json", PAGE), ("Location",)),
    },
    problems={
        404: "no such link",
        410: "it was used, or is over",
        413: "larger than the limit",
        415: "not multipart/form-data",
        422: "the form is wrong; `errors` says where",
        507: "no room is left for it",
    },
)
def use(token: str, body: dict[str, Any]) -> Response:
    """Queue the program; the link is used up by one that is taken, and by no other."""
    link = service().links.take(_open(token))
    if link is None:
        raise _over(_known(token))
    try:
        diagnosis = submit(_asked(link, body))
    except BaseException:
        service().links.release(link)
        raise
    service().links.settle(link, diagnosis.id)
    place = url_for("diagnoses.show", id=diagnosis.id)
    if wants_page():
        answer = Response(render_template("upload_link.html", diagnosis=diagnosis), mimetype=PAGE)
    else:
        answer = jsonify(service().shown(diagnosis))
    answer.status_code = 202
    answer.headers["Location"] = place
    return answer


@resource.before_request
def require_an_open_link() -> None:
    """Read no body for a link that takes none: who has no key is let in by the link alone."""
    if request.endpoint == "links.use":
        _open(str((request.view_args or {})["token"]))


@resource.after_request
def show_beside_the_form(answer: Response) -> Response:
    """Where a browser sent what is refused, give it the form again, with what is wrong in it."""
    if request.endpoint == "links.use" and answer.status_code in (413, 422) and is_problem(answer) and wants_page():
        typed = request.form.get("shapes", "") if answer.status_code == 422 else ""  # of a 413 nothing was read
        answer.set_data(_form(_known((request.view_args or {})["token"]), answer.get_json(), typed))
        answer.content_type = PAGE
    return answer


def _form(link: Link, problem: dict[str, Any] | None = None, typed: str = "") -> str:
    """The page; after a problem each fault stands at the field that it is about, the rest above."""
    errors = [(error["pointer"], error["message"]) for error in (problem or {}).get("errors") or []]
    faults = {name: told for name in FIELDS for pointer, told in errors if pointer.split("/")[1:2] == [name]}
    wrong = problem["detail"] if problem and not faults else None
    most_bytes = service().settings.max_upload_bytes
    return render_template(
        "upload_link.html", diagnosis=None, link=link, most_bytes=most_bytes, faults=faults, wrong=wrong, typed=typed
    )


def _asked(link: Link, body: dict[str, Any]) -> dict[str, Any]:
    """What DiagnosisForm would have loaded: the request of the link, on the shapes that were given with the file."""
    shapes = body.get("shapes")
    if shapes is None:
        return {"model": body["model"], "request": link.request}
    return {"model": body["model"], "request": {**link.request, "inputs": shapes}, "shapes": shapes}


def _open(token: str) -> Link:
    link = _known(token)
    if link.status != "open":
        raise _over(link)
    return link


def _known(token: str) -> Link:
    link = service().links.behind(token)
    if link is None:
        raise Problem(404, "There is no such upload link. Ask for a new one where you have this one from.")
    return link


def _over(link: Link) -> Problem:
    why = "It is over: it was open for a while only" if link.status == "expired" else "A file was sent through it"
    return Problem(410, f"This upload link is used up. {why}. Ask for a new one where you have this one from.")
