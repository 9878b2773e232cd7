"""What a request may say: strict, every default filled in, an unknown field refused.

`DiagnosisRequest` is the `request` document of POST /diagnose; what it loads goes to the engine as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range, Regexp
from werkzeug.datastructures import FileStorage

from whygrad.engine.codes import CODES
from whygrad.engine.shapes import DTYPES, FILLS, INTEGER_DTYPES, ShapeSyntaxError, parse_shapes
from whygrad.web import strict_json
from whygrad.web.fields import Boolean, Integer, Number, OneOf

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
MOST_DIMENSIONS = 64
MOST_ELEMENTS = 2**59
LARGEST_REQUEST = 1_000_000
LONGEST_TEXT = 100_000

_INT64 = 2**63
_LARGEST = {
    "int64": 2**63 - 1,
    "int32": 2**31 - 1,
    "int16": 2**15 - 1,
    "int8": 2**7 - 1,
    "uint8": 2**8 - 1,
    "float16": 65504.0,
    "bfloat16": 3.38e38,
    "float32": 3.4028e38,
    "complex64": 3.4028e38,
}

sha256 = Regexp(r"^[0-9a-f]{64}$", error="Not a sha256: 64 digits of 0-9 and a-f.")


class Strict(Schema):
    """A schema that refuses what it does not know, and says what it does."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["unknown"] = f"Unknown field. Known: {', '.join(self.fields)}."
        self.error_messages["type"] = f"Not an object with the fields {', '.join(self.fields)}."


class Fill(fields.Field[Any]):
    """The name of a way to fill a tensor, or the number to fill it with."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            return OneOf("fill", FILLS)(value)
        try:
            return Number().deserialize(value)
        except ValidationError as error:
            raise ValidationError(f"Neither a number nor one of {', '.join(FILLS)}.") from error


class Tensor(Strict):
    """A tensor to be made up: its shape and type, and what it is filled with."""

    shape = fields.List(
        Integer(validate=Range(0, _INT64 - 1, error="A size is 0 or more.")),
        required=True,
        validate=Length(max=MOST_DIMENSIONS),
        metadata={"description": "its sizes", "examples": [[1, 3, 224, 224]]},
    )
    dtype = fields.String(load_default="float32", validate=OneOf("dtype", DTYPES))
    fill = Fill(
        load_default="normal", metadata={"description": "how it is filled; integers are drawn from low to high"}
    )
    low = Number(metadata={"description": "the least value of what is drawn; for integers, 0 where it is left out"})
    high = Number(metadata={"description": "above the largest value drawn; for integers, 2 where it is left out"})
    requires_grad = Boolean(load_default=False)

    @post_load
    def draw_integers(self, tensor: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill in the range that integers are drawn from, and refuse what no tensor of the type can be."""
        if tensor["dtype"] in INTEGER_DTYPES:
            tensor = {**tensor, "low": tensor.get("low", 0), "high": tensor.get("high", 2)}
        errors = dict(_faults_of_tensor(tensor))
        if errors:
            raise ValidationError(errors)
        return tensor


def _faults_of_tensor(tensor: dict[str, Any]) -> Iterable[tuple[str, str]]:
    dtype, low, high, fill = tensor["dtype"], tensor.get("low"), tensor.get("high"), tensor["fill"]
    integer = dtype in INTEGER_DTYPES
    if math.prod(max(size, 1) for size in tensor["shape"]) > MOST_ELEMENTS:
        yield "shape", "More elements than a tensor can have."
    if low is not None and high is not None and low >= high:
        yield "high", f"Nothing lies in [{low}, {high}): high is to be above low."
    for name, value, above in (("low", low, 0), ("high", high, 1), ("fill", fill, 0)):
        if isinstance(value, int | float) and not _holds(dtype, value - above if integer else value):
            yield name, f"{dtype} cannot hold it."
        if integer and name != "fill" and not isinstance(value, int):
            yield name, "Not an integer, which the dtype asks for."
    if tensor["requires_grad"] and (integer or dtype == "bool"):
        yield "requires_grad", f"Only floating and complex tensors can require a gradient, and this is {dtype}."


def _holds(dtype: str, value: float) -> bool:
    largest = _LARGEST.get(dtype, _INT64 - 1 if isinstance(value, int) else math.inf)
    least = {"uint8": 0.0}.get(dtype, -largest - 1 if dtype in INTEGER_DTYPES else -largest)
    return least <= value <= largest


class Input(fields.Field[Any]):
    """One example input: a tensor by its description, a list or an object of inputs, or a literal."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            return Tensor().load(value) if "shape" in value else self._each(value.items())
        if isinstance(value, list):
            return list(self._each(enumerate(value)).values())
        if isinstance(value, int) and not -_INT64 <= value < _INT64:
            raise ValidationError("Not a 64-bit integer.")
        return value

    def _each(self, parts: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
        loaded, errors = {}, {}
        for key, part in parts:
            try:
                loaded[key] = self.deserialize(part)
            except ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ValidationError(errors)  # type: ignore[arg-type]
        return loaded


class TargetedLoss(Strict):
    """A loss of torch.nn.functional between one output and a target."""

    kind = fields.String(required=True, validate=OneOf("loss", LOSSES))
    output = Integer(load_default=0, validate=Range(0, MOST_INPUTS), metadata={"description": "which output"})
    target = Input(required=True)


class Loss(fields.Field[Any]):
    """The name of a way to make a loss of the outputs, or an object that describes one."""

    NAMES = ("auto", "output", "sum", "mean")

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
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
    seed = Integer(load_default=0, validate=Range(0, _INT64 - 1))
    passes = fields.List(
        fields.String(validate=OneOf("pass", PASSES)), load_default=list(PASSES), validate=Length(1, len(PASSES))
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
        text = value.stream.read(LARGEST_REQUEST + 1) if isinstance(value, FileStorage) else value
        if len(text) > LARGEST_REQUEST:
            raise ValidationError(f"Larger than {LARGEST_REQUEST:,} bytes.")
        try:
            return super()._deserialize(strict_json.parse(text), *args, **kwargs)
        except strict_json.JsonError as error:
            raise ValidationError(f"{str(error)[0].upper()}{str(error)[1:]}.") from error


class Shapes(fields.Field[Any]):
    """The short form of inputs, `1x3x224x224; 2x16:int64[0,1000)`."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("A file, where a text field is meant.")
        try:
            return Input().deserialize(parse_shapes(value))
        except ShapeSyntaxError as error:
            raise ValidationError(f"{error.message[0].upper()}{error.message[1:]}.") from error


class Upload(fields.Field[FileStorage]):
    """A file in a form."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise ValidationError("A text field, where a file is meant: curl -F model=@model.pt")
        if not value.stream.read(1):
            raise ValidationError("The file is empty.")
        value.stream.seek(0)
        return value


class DiagnosisForm(Strict):
    """A program and how to run it: `model` or `model_id`, and `request` or `shapes` or neither."""

    model = Upload(metadata={"description": "a TorchScript archive or a torch.export .pt2"})
    model_id = fields.String(validate=sha256, metadata={"description": "the sha256 of a program uploaded before"})
    request = RequestPart(DiagnosisRequest)
    shapes = Shapes(metadata={"description": "the short form of inputs", "examples": ["1x3x224x224"]})

    @validates_schema(skip_on_field_errors=False)
    def one_program_one_form(self, form: dict[str, Any], original_data: Any = None, **_: Any) -> None:
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
