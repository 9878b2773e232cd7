"""What a request may say: strict, every default filled in, an unknown field refused.

`DiagnosisRequest` is the `request` document of POST /diagnose; what it loads goes to the engine as it is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range, Regexp
from werkzeug.datastructures import FileStorage

from whygrad.engine.codes import CODES
from whygrad.web.fields import Boolean, Integer, OneOf, Strict
from whygrad.web.inputs import Input, Shapes, Tensor
from whygrad.web.strict_json import LARGEST_DOCUMENT, JsonError, parse

LOSSES = (
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
)
PASSES = ("structure", "numeric", "replay")
VERDICTS = ("faulty", "suspect", "healthy", "undetermined")
MOST_STEPS = 100
MOST_INPUTS = 1_000
LONGEST_TEXT = 100_000
LONGEST_PAGE = 100
LARGEST_INTEGER = 2**63 - 1

sha256 = Regexp(r"^[0-9a-f]{64}$", error="Not a sha256: 64 digits of 0-9 and a-f.")


class TargetedLoss(Strict):
    """A loss of torch.nn.functional between one output and a target."""

    kind = fields.String(required=True, validate=OneOf("loss", LOSSES))
    output = Integer(load_default=0, validate=Range(0, MOST_INPUTS), metadata={"description": "which output"})
    target = fields.Nested(Tensor, required=True)


class Loss(fields.Field[Any]):
    """The name of a way to make a loss of the outputs, or an object that describes one."""

    NAMES = ("auto", "output", "sum", "mean")
    openapi: ClassVar = {"anyOf": [{"enum": list(NAMES)}, {"$ref": "#/components/schemas/TargetedLoss"}]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if isinstance(value, dict):
            return TargetedLoss().load(value)
        if not isinstance(value, str):
            raise ValidationError(f"Neither one of {', '.join(self.NAMES)} nor an object with a kind and a target.")
        return OneOf("loss", self.NAMES)(value)


class DiagnosisRequest(Strict):
    """How to run the program."""

    inputs = fields.List(
        Input(allow_none=True),
        load_default=None,
        allow_none=True,
        validate=Length(max=MOST_INPUTS),
        metadata={"description": "one for each argument of the method; left out: as recorded by tracing"},
    )
    mode = fields.String(load_default="train", validate=OneOf("mode", ("train", "eval")))
    method = fields.String(load_default="forward", validate=Length(1, 200))
    loss = Loss(load_default="auto")
    steps = Integer(load_default=2, validate=Range(1, MOST_STEPS))
    seed = Integer(load_default=0, validate=Range(0, LARGEST_INTEGER))
    passes = fields.List(
        fields.String(validate=OneOf("pass", PASSES)),
        load_default=None,
        allow_none=True,
        validate=Length(1, len(PASSES)),
        metadata={"description": "left out: all that apply"},
    )
    device = fields.String(load_default="auto", validate=OneOf("device", ("auto", "cpu", "cuda")))
    verify = Boolean(load_default=True)
    expect_frozen = fields.List(
        fields.String(validate=Length(1, 500)),
        load_default=[],
        validate=Length(max=1_000),
        metadata={"description": "globs of parameters that are meant to get no gradient", "examples": [["encoder.*"]]},
    )
    ignore = fields.List(
        fields.String(validate=OneOf("code", CODES)),
        load_default=[],
        validate=Length(max=1_000),
        metadata={"description": "codes that do not count for the verdict"},
    )


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


class DiagnosisForm(Strict):
    """A program and how to run it: `model` or `model_id`, and `request` or `shapes` or neither."""

    openapi: ClassVar = {"oneOf": [{"required": ["model"]}, {"required": ["model_id"]}]}

    model = Upload(metadata={"description": "a TorchScript archive or a torch.export .pt2"})
    model_id = fields.String(validate=sha256, metadata={"description": "the sha256 of a program uploaded before"})
    request = RequestPart(DiagnosisRequest)
    shapes = Shapes(metadata={"description": "the short form of inputs", "examples": ["1x3x224x224"]})

    @validates_schema(skip_on_field_errors=False)
    def one_program_one_form(self, form: dict[str, Any], **_: Any) -> None:
        """Refuse what leaves open which program is meant, or how it is to be run."""
        if "model" in form and "model_id" in form:
            raise ValidationError("Given beside model; send one of the two.", "model_id")
        if "shapes" in form and "request" in form:
            raise ValidationError("Given beside request; say the inputs in one of the two.", "shapes")

    @post_load
    def complete(self, form: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn the short form, or neither, into a request with all its defaults."""
        if "request" not in form:
            request = DiagnosisRequest().load({})
            form["request"] = {**request, "inputs": form.get("shapes")}
        return form


class Moment(fields.AwareDateTime):
    """An instant as RFC 3339 writes it, in UTC where it names no zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        try:
            return super()._deserialize(value, *args, **kwargs).astimezone(UTC)
        except (ValidationError, OverflowError) as error:
            raise ValidationError("Not a moment, such as 2026-01-31T12:00:00Z.") from error


class PageQuery(Strict):
    """Which diagnoses are listed."""

    verdict = fields.String(validate=OneOf("verdict", VERDICTS))
    code = fields.String(validate=OneOf("code", CODES))
    model = fields.String(validate=sha256, metadata={"description": "the sha256 of the program"})
    since = Moment(default_timezone=UTC, metadata={"description": "created at this moment or later"})
    cursor = fields.Integer(validate=Range(0, LARGEST_INTEGER), metadata={"description": "as `next` gives it"})
    limit = fields.Integer(load_default=20, validate=Range(1, LONGEST_PAGE))


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
