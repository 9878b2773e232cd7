"""The forms that a diagnosis is given in: the one that Accept prefers, or a file by the suffix of its address."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request
from werkzeug.datastructures import MIMEAccept

from whygrad.render import formats, html
from whygrad.web.errors import Problem

LONGEST_STEM = 60
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Form:
    """One of `render.formats`, the media type that asks for it, and the suffix of the file that holds it."""

    name: str
    media_type: str
    suffix: str


JSON = Form("json", "application/json", "json")
HTML = Form("html", "text/html", "html")
FORMS = (
    JSON,
    HTML,
    Form("text", "text/plain", "txt"),
    Form("markdown", "text/markdown", "md"),
    Form("sarif", "application/sarif+json", "sarif"),
    Form("junit", "application/xml", "xml"),
)
"""The first is given to whoever takes anything."""
EITHER = (JSON.media_type, HTML.media_type)
"""What a resource with a page of its own is given in."""
MEDIA_TYPES = tuple(form.media_type for form in FORMS)
BY_SUFFIX = {form.suffix: form for form in FORMS}


def preferred() -> Form:
    """The form that this request prefers. Raises Problem 406 where it takes none, and names those that there are."""
    best = _best_of(MEDIA_TYPES)
    if best is None:
        raise Problem(406, f"A diagnosis is given as {', '.join(MEDIA_TYPES)}; Accept names none of them.")
    return FORMS[MEDIA_TYPES.index(best)]


def wants_page() -> bool:
    """Whether a browser asks, which would rather have a page than JSON; whoever takes anything gets JSON."""
    return _best_of(EITHER) == HTML.media_type


def either(page: Callable[[], Response], answer: Callable[[], Response]) -> Response:
    """The page of a resource for a browser, its JSON for everybody else."""
    given = page() if wants_page() else answer()
    given.vary.add("Accept")
    return given


def represent(document: dict[str, Any], form: Form) -> Response:
    """The diagnosis in this form. A page brings its own policy: it loads nothing, and nothing in it runs."""
    if form is JSON:
        return jsonify(document)
    answer = Response(formats.render(form.name, [document]), mimetype=form.media_type)
    if form is HTML:
        answer.headers["Content-Security-Policy"] = f"{html.POLICY}; sandbox"
    return answer


def download(document: dict[str, Any], form: Form) -> Response:
    """The same as a file with a name that is safe wherever it is saved."""
    answer = represent(document, form)
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(document, form))
    return answer


def _file_name(document: dict[str, Any], form: Form) -> str:
    stem = _UNSAFE.sub("-", document["model"]["name"])[:LONGEST_STEM].strip(".-") or "model"
    return f"whygrad-{stem}-{document['id'][:8]}.{form.suffix}"


def _best_of(offered: tuple[str, ...]) -> str | None:
    if not request.accept_mimetypes:
        return offered[0]
    # without their parameters: `application/json; charset=utf-8` asks for JSON as well as anything does
    accepted = MIMEAccept([(kind.partition(";")[0].strip(), quality) for kind, quality in request.accept_mimetypes])
    return accepted.best_match(offered)
