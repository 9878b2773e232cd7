"""The first page: a program is dropped, how to run it is asked, and the newest diagnoses are shown."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

from whygrad.engine.shapes import DTYPES
from whygrad.request.faults import faults
from whygrad.request.losses import LOSSES, WAYS
from whygrad.web.dashboard.asked import Asked
from whygrad.web.errors import Problem
from whygrad.web.reading import ABANDONED, GONE, read
from whygrad.web.schemas import Upload
from whygrad.web.service import service
from whygrad.web.submission import submit
from whygrad.web.uploads import keep
from whygrad.web.waiting import wait_for

resource = Blueprint("home", __name__)

READING_SECONDS = 5.0
LANDING_SECONDS = 0.5
"""A diagnosis that takes no longer is there when its page is; of another the page tells how far it is."""
CHOICES = {"dtypes": DTYPES, "losses": (*WAYS, *LOSSES)}


def show() -> Response:
    """The form: empty, for the program `model` and its `method`, or as the diagnosis `again` was asked for."""
    name, shapes = (request.args.get(field, "") for field in ("name", "shapes"))
    if "again" in request.args:
        return _page(_asked_again(request.args["again"], name))
    asked = Asked.about(request.args.get("model", ""), name, request.args.get("method", ""))
    if asked.faults:
        return _page(asked)
    return _page(_read(asked) if "method" in request.args else _described(asked, shapes))


@resource.post("/")
def create() -> ResponseReturnValue:
    """Run what was asked and go where its diagnosis will be; or show what is wrong beside what was typed.

    Asked to `look` first, it shows a field for each argument that the program takes.
    """
    asked = _typed()
    if asked.faults:
        return _page(asked)
    if "look" in request.form and asked.model_id and not asked.arguments:
        shown = _described(asked, asked.fields["shapes"])
        return _page(replace(shown, fields={**asked.fields, "method": shown.fields["method"]}))
    try:
        id = submit({"model_id": asked.model_id or None, "name": asked.name, "request": asked.request()}).id
    except ValidationError as error:
        return _page(asked.wrong(faults(error)))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _page(asked.wrong(problem.errors))
    wait_for(id, LANDING_SECONDS)
    return redirect(f"/diagnoses/{id}", 303)


def _page(asked: Asked) -> Response:
    recent = [item.view() for item in service().store.page(limit=8).items]
    most = service().settings.max_upload_bytes
    page = render_template("home.html", asked=asked, recent=recent, most=most, **CHOICES)
    return Response(page, 422 if asked.faults else 200, mimetype="text/html")


def _described(asked: Asked, shapes: str) -> Asked:
    """The form with a field for each argument that the program takes, filled with `shapes` or as it was run last."""
    asked = _read(asked)
    if shapes:
        return asked.with_shapes(shapes)
    last = service().store.page(model=asked.model_id, limit=1).items if asked.arguments and not asked.ready else ()
    return _asked_again(last[0].id, asked.name) if last else asked


def _asked_again(id: str, name: str) -> Asked:
    earlier = service().store.get(id)
    if earlier is None or earlier.kind != "examine":
        raise Problem(404, "There is no such diagnosis to run again.")
    asked = Asked(model_id=earlier.model_sha256, name=name or earlier.model_name)
    method = {**asked.fields, "method": earlier.request["method"]}
    return _read(replace(asked, fields=method)).again(earlier.request)


def _typed() -> Asked:
    """What was typed. The file is kept at once: whatever is wrong with the rest, nobody sends it twice."""
    form, upload = request.form, request.files.get("model")
    if upload is not None and upload.filename:
        return _with_file(Asked(), upload).typed(form)
    asked = Asked.about(form.get("model_id", ""), form.get("name", ""))
    if form.get("known"):  # the form had a field for each argument, not the short form
        asked = _read(replace(asked, fields={**asked.fields, "method": form.get("method", "forward")}))
    return asked.typed(form)


def _with_file(asked: Asked, upload: FileStorage) -> Asked:
    try:
        file = Upload().deserialize(upload)
    except ValidationError as error:
        return asked.wrong([{"pointer": "/model", "message": str(error.messages[0])}])
    return replace(asked, model_id=keep(file.stream).sha256, name=str(upload.filename))


def _read(asked: Asked) -> Asked:
    """The form with the arguments that the program takes; as it is where nobody could read it in time."""
    if not asked.model_id:
        return asked
    try:
        job = read(asked.model_id, READING_SECONDS)
    except Problem as problem:
        if problem.status != 404:
            raise
        return asked.wrong([{"pointer": "/model", "message": GONE}])
    return asked.described(job.document) if job.document else replace(asked, unread=job.status not in ABANDONED)
