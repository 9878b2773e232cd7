"""All that goes wrong with a request, as RFC 9457 has it: `application/problem+json`, and never anything else."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Flask, Response, current_app, request
from marshmallow import ValidationError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from whygrad.engine.spelling import spelt
from whygrad.request.faults import MOST_FAULTS, faults, sentence
from whygrad.web import trace

CONTENT_TYPE = "application/problem+json"

log = logging.getLogger(__name__)


class Problem(Exception):  # noqa: N818 - the RFC calls it so
    """A request that cannot be done: the status, what is wrong in one sentence, and where (`pointer` and `message`)."""

    def __init__(
        self, status: int, detail: str, *, pointer: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = [] if pointer is None else [{"pointer": pointer, "message": detail}]
        self.headers = headers or {}


def register(app: Flask) -> None:
    """Let `app` answer every error as a problem."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http)
    for unanswered in (OperationalError, TimeoutError):  # the second: every connection to it is taken
        app.register_error_handler(unanswered, _unavailable)
    app.register_error_handler(OSError, _unkept)
    app.register_error_handler(Exception, _unexpected)


def answer(
    status: int, detail: str, errors: Sequence[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The response for a problem."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    return Response(json.dumps(document) + "\n", status, {**(headers or {}), "Content-Type": CONTENT_TYPE})


def is_problem(answer: Response) -> bool:
    """Whether an answer says what is wrong, in JSON."""
    return answer.content_type == CONTENT_TYPE


def _problem(problem: Problem) -> Response:
    return answer(problem.status, problem.detail, problem.errors, problem.headers)


def _invalid(error: ValidationError) -> Response:
    found = faults(error)
    return answer(422, sentence(found), found[:MOST_FAULTS])


def _http(error: HTTPException) -> Response:
    """Keep what the framework says in headers (Allow, Retry-After, WWW-Authenticate), replace its page."""
    original = error.get_response()
    headers = {name: value for name, value in original.headers.items() if not name.startswith("Content-")}
    return answer(original.status_code, _detail(error), headers=headers)


def _detail(error: HTTPException) -> str:
    if isinstance(error, NotFound):
        return f"There is nothing at {spelt(request.path)}; /openapi.yaml lists what there is."
    if isinstance(error, MethodNotAllowed):
        taken = ", ".join(sorted(error.valid_methods or []))
        return f"{spelt(request.path)} does not take {spelt(request.method)}; it takes {taken}."
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    return error.description or HTTPStatus(error.code or 500).phrase


def _too_large() -> str:
    most, told = request.max_content_length or 0, request.content_length
    if told > most if told is not None else request.environ["wsgi.input"].given >= most:
        return f"The body is larger than the limit of {most:,} bytes."
    parts, text = current_app.config["MAX_FORM_PARTS"], current_app.config["MAX_FORM_MEMORY_SIZE"]
    return (
        f"The form has more than {parts:,} fields, or text of more than {text:,} bytes; "
        "send a long request document as a file part: curl -F request=@request.json"
    )


def _unavailable(error: OperationalError | TimeoutError) -> Response:
    log.error("the database did not answer: %s", error.orig if isinstance(error, OperationalError) else error)
    return answer(503, "The database does not answer. Try again in a moment.", headers={"Retry-After": "2"})


def _unkept(error: OSError) -> Response:
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _unexpected(error)
    log.error("%s %s failed: %s", request.method, trace.path(), error.strerror)
    return answer(507, "The service has no room left for this. Whoever runs it can make some: its log says where.")


def _unexpected(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, trace.path(), exc_info=error)
    return answer(500, f"The service failed on this request; its log tells why, under {trace.current()}.")
