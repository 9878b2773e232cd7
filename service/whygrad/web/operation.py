"""A view's contract, declared once: it is checked before the view runs, and written into the specification.

`@operation(…)` stands between the route and the view; the view is called with what was read (`query`, `body`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from whygrad.request import strict_json
from whygrad.web.errors import Problem
from whygrad.web.representations import wants_page

PIECE_BYTES = 64 * 1024

View = Callable[..., ResponseReturnValue]


class Body(ABC):
    """How a body is sent, and what is made of it."""

    media_type: ClassVar[str]

    def __init__(self, schema: type[Schema] | None = None, part_types: Mapping[str, str] | None = None) -> None:
        """`part_types` are the media types of those parts of a form that are no plain text."""
        self.schema = schema
        self.part_types = part_types or {}

    @abstractmethod
    def read(self) -> Any:
        """The body of this request. Raises Problem or ValidationError."""

    def _load(self, document: Any) -> Any:
        return self.schema and self.schema().load(document)


class Json(Body):
    """A JSON document."""

    media_type = "application/json"

    def read(self) -> Any:
        """What the schema loads."""
        _require(self.media_type)
        request.max_content_length = strict_json.LARGEST_DOCUMENT
        try:
            return self._load(strict_json.parse(b"".join(iter(partial(request.stream.read, PIECE_BYTES), b""))))
        except strict_json.JsonError as error:
            raise Problem(422, str(error), pointer="") from error


class JsonOrFields(Json):
    """A JSON document, or its fields as the form of a page sends them."""

    def read(self) -> Any:
        """What the schema loads."""
        if request.mimetype == "application/x-www-form-urlencoded":
            return self._load(_each_once(request.form))
        return super().read()


class Form(Body):
    """A form with files. Each field may come once, as text or as a file."""

    media_type = "multipart/form-data"

    def read(self) -> Any:
        """What the schema loads from the fields and the files."""
        _require(self.media_type)
        if "boundary" not in request.mimetype_params:
            raise Problem(415, "The Content-Type names no boundary; let the client set it: curl -F, requests files=…")
        return self._load(_each_once(MultiDict([*request.form.items(multi=True), *request.files.items(multi=True)])))


class Bytes(Body):
    """Bytes of any kind, which the view reads itself, piece by piece."""

    media_type = "application/octet-stream"

    def read(self) -> Any:
        """The stream of the body."""
        return request.stream


@dataclass(frozen=True)
class Answer:
    """One way an operation ends well."""

    description: str
    schema: type[Schema] | None = None
    media_types: tuple[str, ...] = ("application/json",)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Operation:
    """What a view takes and answers."""

    summary: str
    answers: Mapping[int, Answer]
    problems: dict[int, str] = field(default_factory=dict)
    query: type[Schema] | None = None
    body: Body | None = None
    headers: tuple[str, ...] = ()

    def read(self) -> dict[str, Any]:
        """The arguments that the view is called with. Raises Problem or ValidationError."""
        query = {} if self.query is None else {"query": self.query().load(_asked())}
        return query if self.body is None else {**query, "body": self.body.read()}


def operation(summary: str, **contract: Any) -> Callable[[View], View]:
    """Declare a view's contract; the keywords are the fields of Operation."""
    declared = Operation(summary, **contract)

    def declare(view: View) -> View:
        @wraps(view)
        def checked(**path: Any) -> ResponseReturnValue:
            return view(**path, **declared.read())

        vars(checked)["operation"] = declared
        return checked

    return declare


def _asked() -> dict[str, Any]:
    """What the address asks for; the form of a page sends also the fields that were left empty."""
    asked = _each_once(request.args)
    return {name: value for name, value in asked.items() if value} if wants_page() else asked


def _require(media_type: str) -> None:
    if request.mimetype != media_type:
        sent = f"not {request.mimetype}" if request.mimetype else "and this one names no type"
        raise Problem(415, f"{request.path} takes a body of the type {media_type}, {sent}.")


def _each_once(parts: MultiDict[str, Any]) -> dict[str, Any]:
    twice = {name: ["Given more than once."] for name, values in parts.lists() if len(values) > 1}
    if twice:
        raise ValidationError(twice)
    return parts.to_dict()
