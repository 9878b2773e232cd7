"""The forms and the queries that the API takes: strict, an unknown field refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema
from marshmallow.validate import Length, Range, Regexp
from werkzeug.datastructures import FileStorage

from whygrad.engine.codes import CODES
from whygrad.request.document import LARGEST_INTEGER, DiagnosisRequest
from whygrad.request.fields import Integer, OneOf, Strict
from whygrad.request.inputs import Shapes
from whygrad.request.strict_json import LARGEST_DOCUMENT, JsonError, parse

SEVERITIES = ("error", "warning", "note")
VERDICTS = ("faulty", "suspect", "healthy", "undetermined")
LONGEST_TEXT = 100_000
LONGEST_PAGE = 100
LONGEST_NAME = 255
LONGEST_LINK = 7 * 86_400

sha256 = Regexp(r"^[0-9a-f]{64}$", error="Not a sha256: 64 digits of 0-9 and a-f.")

_PROGRAM = "a TorchScript archive, or a torch.export .pt2"


class RequestPart(fields.Nested):
    """The request document in a form: the JSON text as a field, or as a part with a file name."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = value.stream.read(LARGEST_DOCUMENT + 1) if isinstance(value, FileStorage) else value
        if len(text) > LARGEST_DOCUMENT:
            raise ValidationError(f"Larger than {LARGEST_DOCUMENT:,} bytes.")
        try:
            return super()._deserialize(parse(text), *args, **kwargs)
        except JsonError as error:
            raise ValidationError(str(error)) from error


class Upload(fields.Field[FileStorage]):
    """A file in a form."""

    openapi: ClassVar = {"type": "string", "format": "binary"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise ValidationError("A text field, where a file is meant: curl -F model=@model.pt")
        if not value.stream.read(1):
            raise ValidationError("The file is empty.")
        value.stream.seek(0)
        return value


class Asked(Strict):
    """How a program is to be run: `request` or `shapes` or neither."""

    @validates_schema(skip_on_field_errors=False)
    def one_form(self, form: dict[str, Any], **_: Any) -> None:
        """Refuse inputs that are said twice."""
        if "shapes" in form and "request" in form:
            raise ValidationError("Given beside request; say the inputs in one of the two.", "shapes")

    @post_load
    def complete(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn the short form, or neither, into a request with all its defaults."""
        if "request" in form:
            return form
        return {**form, "request": {**DiagnosisRequest().load({}), "inputs": form.get("shapes")}}


class DiagnosisForm(Asked):
    """A program and how to run it: `model` or `model_id`, and `request` or `shapes` or neither."""

    openapi: ClassVar = {"oneOf": [{"required": ["model"]}, {"required": ["model_id"]}]}

    model = Upload(metadata={"description": _PROGRAM})
    model_id = fields.String(validate=sha256, metadata={"description": "the sha256 of a program uploaded before"})
    name = fields.String(
        validate=Length(1, LONGEST_NAME),
        metadata={"description": "what the program is called; else its file's name, or the start of its sha256"},
    )
    request = RequestPart(DiagnosisRequest)
    shapes = Shapes(metadata={"description": "the short form of inputs", "examples": ["1x3x224x224"]})

    @validates_schema(skip_on_field_errors=False)
    def one_program(self, form: dict[str, Any], **_: Any) -> None:
        """Refuse what leaves open which program is meant."""
        if "model" in form and "model_id" in form:
            raise ValidationError("Given beside model; send one of the two.", "model_id")


class Moment(fields.Field[datetime]):
    """An instant as RFC 3339 writes it, in UTC where it names no zone, or how long ago it was."""

    AGO = re.compile(r"([1-9][0-9]{0,4})([mhd])")
    UNITS: ClassVar = {"m": "minutes", "h": "hours", "d": "days"}
    openapi: ClassVar = {
        "type": "string",
        "anyOf": [{"format": "date-time"}, {"pattern": f"^{AGO.pattern}$"}],
        "examples": ["2026-01-31T12:00:00Z", "24h"],
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if ago := self.AGO.fullmatch(str(value)):
            return datetime.now(UTC) - timedelta(**{self.UNITS[ago[2]]: int(ago[1])})
        try:
            moment: datetime = fields.AwareDateTime(default_timezone=UTC).deserialize(value, attr, data, **kwargs)
            return moment.astimezone(UTC)
        except (ValidationError, OverflowError) as error:
            raise ValidationError("Neither a moment, such as 2026-01-31T12:00:00Z, nor a span, such as 24h.") from error


class PageQuery(Strict):
    """Which diagnoses are listed."""

    verdict = fields.String(validate=OneOf("verdict", VERDICTS))
    code = fields.String(validate=OneOf("code", CODES))
    fingerprint = fields.String(validate=sha256, metadata={"description": "that of a finding"})
    model = fields.String(validate=sha256, metadata={"description": "the sha256 of the program"})
    name = fields.String(validate=Length(1, 255), metadata={"description": "a part of the file's name"})
    since = Moment(metadata={"description": "created at this moment or later"})
    cursor = fields.Integer(validate=Range(0, LARGEST_INTEGER), metadata={"description": "as `next` gives it"})
    limit = fields.Integer(load_default=20, validate=Range(1, LONGEST_PAGE))


class FaultCursor(fields.Field[tuple[int, str]]):
    """Where a page of faults ended."""

    PATTERN = re.compile(r"([0-9]{1,18})-([0-9a-f]{64})")
    openapi: ClassVar = {"type": "string", "pattern": f"^{PATTERN.pattern}$"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[int, str]:
        told = self.PATTERN.fullmatch(str(value))
        if told is None:
            raise ValidationError("Not a cursor, as next gives it.")
        return int(told[1]), told[2]


class FaultQuery(Strict):
    """Which faults are listed."""

    code = fields.String(validate=OneOf("code", CODES))
    severity = fields.String(
        validate=OneOf("severity", SEVERITIES),
        metadata={"description": "left out: errors and warnings"},
    )
    model = fields.String(validate=sha256, metadata={"description": "the sha256 of a program that has it"})
    since = Moment(metadata={"description": "seen at this moment or later"})
    muted = fields.String(validate=OneOf("answer", ("yes", "no")))
    cursor = FaultCursor(metadata={"description": "as `next` gives it"})
    limit = fields.Integer(load_default=20, validate=Range(1, LONGEST_PAGE))


class CompareQuery(Strict):
    """Which two diagnoses are held against each other."""

    a = fields.String(required=True, validate=Length(1, 64), metadata={"description": "the id of the earlier one"})
    b = fields.String(required=True, validate=Length(1, 64), metadata={"description": "the id of the later one"})


class DeleteQuery(Strict):
    """What is spared."""

    keep = fields.String(
        validate=OneOf("state", ("finished",)),
        metadata={"description": "`finished`: cancel it, and leave it where it came to its end in the meantime"},
    )


class ExplainRequest(Strict):
    """An error to explain."""

    text = fields.String(
        required=True,
        validate=Length(1, LONGEST_TEXT),
        metadata={
            "description": "an error message or a traceback",
            "examples": ["RuntimeError: element 0 of …"],
        },
    )


class MuteRequest(Strict):
    """Why a finding is not to be told as news."""

    by = fields.String(load_default="", validate=Length(max=255), metadata={"description": "who says so"})
    reason = fields.String(load_default="", validate=Length(max=1000))


class LinkRequest(Asked):
    """How the program is to be run that will come, and how long the link is open."""

    request = fields.Nested(DiagnosisRequest)
    shapes = Shapes(metadata={"description": "the short form of inputs", "examples": ["1x3x224x224"]})
    seconds = Integer(load_default=3600, validate=Range(60, LONGEST_LINK), metadata={"description": "until it is over"})


class UploadForm(Strict):
    """A program, and its shapes where they are to be others than the link says."""

    model = Upload(
        required=True,
        metadata={"description": _PROGRAM},
    )
    shapes = Shapes(metadata={"description": "the short form of inputs; empty: as the link says"})

    @pre_load
    def without_blanks(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A browser sends a field that nobody filled in as an empty text."""
        return {name: value for name, value in form.items() if name != "shapes" or value != ""}
