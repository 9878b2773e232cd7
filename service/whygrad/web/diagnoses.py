"""Diagnoses: a program goes in, the reason comes out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from whygrad.jobs.diagnosis import Diagnosis
from whygrad.web.answers import diagnosis as answers
from whygrad.web.dashboard import diagnosis as page
from whygrad.web.dashboard import history
from whygrad.web.lookup import found
from whygrad.web.operation import Answer, Form, operation
from whygrad.web.paging import linked, next_page
from whygrad.web.representations import BY_SUFFIX, EITHER, HTML, MEDIA_TYPES, download, either, preferred, represent
from whygrad.web.schemas import DeleteQuery, DiagnosisForm, PageQuery
from whygrad.web.service import service
from whygrad.web.submission import submit
from whygrad.web.waiting import Patience, patience, wait_for

resource = Blueprint("diagnoses", __name__)


@resource.post("/diagnose")
@operation(
    "Diagnose a program",
    body=Form(DiagnosisForm, part_types={"model": "application/octet-stream", "request": "application/json"}),
    headers=("Prefer", "Idempotency-Key"),
    answers={
        200: Answer("The diagnosis", answers.Diagnosis, MEDIA_TYPES, ("Location", "Preference-Applied")),
        202: Answer(
            "Not finished yet", answers.Diagnosis, MEDIA_TYPES, ("Location", "Retry-After", "Preference-Applied")
        ),
    },
    problems={
        406: "no such representation",
        409: "the request with this Idempotency-Key is still in flight",
        413: "larger than the limit",
        415: "not multipart/form-data",
        422: "the form is wrong; `errors` says where",
        507: "no room is left for it",
    },
)
def create(body: dict[str, Any]) -> Response:
    """Store the upload, put a job, and wait for it as long as the client would."""
    form, waits = preferred(), patience(service().settings.default_wait_seconds)
    id = submit(body).id
    wait_for(id, waits.seconds)
    diagnosis = found(id)
    return _progress(represent(service().shown(diagnosis), form), diagnosis, waits)


@resource.get("/diagnoses")
@operation(
    "List diagnoses, newest first",
    query=PageQuery,
    answers={200: Answer("A page of them", answers.Page, EITHER, ("Link",))},
    problems={422: "a filter is wrong; `errors` says which"},
)
def index(query: dict[str, Any]) -> Response:
    """A page of the diagnoses that the filters leave."""
    newest = service().store.page(before=query.pop("cursor", None), **query)
    listed, following = [item.view() for item in newest.items], next_page(newest.next_cursor)
    answer = either(lambda: history.index(listed, following), lambda: jsonify(diagnoses=listed, next=following))
    return linked(answer, following)


@resource.get("/diagnoses/<id:id>")
@operation(
    "Show a diagnosis, finished or not",
    headers=("Prefer", "If-None-Match"),
    answers={
        200: Answer("The diagnosis as it stands", answers.Diagnosis, MEDIA_TYPES, ("ETag", "Preference-Applied")),
        304: Answer("As the ETag says, unchanged"),
    },
    problems={404: "no such diagnosis", 406: "no such representation"},
)
def show(id: str) -> ResponseReturnValue:
    """The diagnosis; it is waited for only where the client prefers to."""
    form, waits = preferred(), patience(0)
    wait_for(id, waits.seconds)
    document = service().shown(found(id))
    answer = page.show(document) if form is HTML else represent(document, form)
    answer.vary.add("Accept")
    return _unless_known(answer, waits)


@resource.get("/diagnoses/<id:id>.<suffix:suffix>")
@operation(
    "Download a diagnosis as a file",
    headers=("Prefer", "If-None-Match"),
    answers={
        200: Answer(
            "The diagnosis as it stands",
            answers.Diagnosis,
            MEDIA_TYPES,
            ("Content-Disposition", "ETag", "Preference-Applied"),
        ),
        304: Answer("As the ETag says, unchanged"),
    },
    problems={404: "no such diagnosis"},
)
def file(id: str, suffix: str) -> ResponseReturnValue:
    """The diagnosis in the form that the suffix names."""
    waits = patience(0)
    wait_for(id, waits.seconds)
    return _unless_known(download(service().shown(found(id)), BY_SUFFIX[suffix]), waits)


@resource.delete("/diagnoses/<id:id>")
@operation(
    "Cancel a diagnosis, or delete a finished one",
    query=DeleteQuery,
    answers={
        200: Answer("It was finished and is left as it is, as `keep` asks", answers.Diagnosis),
        202: Answer("It was not finished and is cancelled now", answers.Diagnosis),
        204: Answer("Deleted, and its upload with it where nothing else uses that"),
    },
    problems={404: "no such diagnosis", 422: "`keep` is wrong"},
)
def delete(id: str, query: dict[str, Any]) -> Response:
    """Cancel or delete; the last diagnosis of an upload takes it along."""
    found(id)
    store = service().store
    ended = store.cancel(id) if "keep" in query else store.discard(id, forget=service().blobs.delete)
    if ended == "deleted":
        return Response(status=204)
    answer = jsonify(service().shown(found(id)))
    answer.status_code = 202 if ended else 200
    return answer


def _progress(answer: Response, diagnosis: Diagnosis, waits: Patience) -> Response:
    answer.vary.add("Accept")
    answer.headers.update(waits.headers)
    answer.headers["Location"] = url_for("diagnoses.show", id=diagnosis.id)
    if not diagnosis.finished:
        answer.status_code = 202
        answer.headers["Retry-After"] = "1"
    return answer


def _unless_known(answer: Response, waits: Patience) -> ResponseReturnValue:
    answer.headers.update(waits.headers)
    answer.add_etag()
    return answer.make_conditional(request)
