"""Example inputs: a tensor is described, everything else is written down as it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load
from marshmallow.validate import Range

from whygrad.engine.shapes import (
    DTYPES,
    FILLS,
    INTEGER_DTYPES,
    LARGEST_DRAWN,
    MOST_INPUTS,
    PRESUMED,
    ShapeSyntaxError,
    is_possible,
    parse_shapes,
)
from whygrad.request.fields import Boolean, Integer, Number, OneOf, Short, Strict

MOST_DIMENSIONS = 64
MOST_VALUES = 50_000

_INT64 = 2**63
_LARGEST = {
    "int64": LARGEST_DRAWN,
    "int32": 2**31 - 1,
    "int16": 2**15 - 1,
    "int8": 2**7 - 1,
    "uint8": 2**8 - 1,
    "float16": 65504.0,
    "bfloat16": 3.38e38,
    "float32": 3.4028e38,
    "complex64": 3.4028e38,
}


class Fill(fields.Field[Any]):
    """The name of a way to fill a tensor, or the number to fill it with."""

    openapi: ClassVar = {"anyOf": [{"enum": list(FILLS)}, {"type": "number"}]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if isinstance(value, str):
            return OneOf("fill", FILLS)(value)
        try:
            return Number().deserialize(value)
        except ValidationError as error:
            raise ValidationError(f"Neither a number nor one of {', '.join(FILLS)}.") from error


class Tensor(Strict):
    """A tensor to be made up: its shape and type, and what it is filled with."""

    shape = Short(
        Integer(validate=Range(0, _INT64 - 1, error="A size is 0 or more.")),
        most=MOST_DIMENSIONS,
        required=True,
        metadata={"description": "its sizes", "examples": [[1, 3, 224, 224]]},
    )
    dtype = fields.String(load_default=PRESUMED["dtype"], validate=OneOf("dtype", DTYPES))
    fill = Fill(
        load_default=PRESUMED["fill"],
        metadata={"description": "how it is filled; integers and uniform floats are drawn from low to high"},
    )
    low = Number(metadata={"description": "the least value of what is drawn, 0 where it is left out"})
    high = Number(
        metadata={
            "description": "above the largest value drawn; where it is left out, 2 for integers and low + 1 for floats"
        }
    )
    requires_grad = Boolean(load_default=PRESUMED["requires_grad"])

    @post_load
    def draw_integers(self, tensor: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill in the range that integers are drawn from, and refuse what no tensor of the type can be."""
        if tensor["dtype"] in INTEGER_DTYPES:
            low = tensor.get("low", 0)
            tensor = {**tensor, "low": low, "high": tensor.get("high", max(low + 1, 2))}
        errors = dict(_faults_of_tensor(tensor))
        if errors:
            raise ValidationError(errors)
        return tensor


def _faults_of_tensor(tensor: dict[str, Any]) -> Iterable[tuple[str, str]]:
    dtype, low, high, fill = tensor["dtype"], tensor.get("low"), tensor.get("high"), tensor["fill"]
    integer = dtype in INTEGER_DTYPES
    if not is_possible(tensor["shape"]):
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

    openapi: ClassVar = {"$ref": "#/components/schemas/Input"}
    component: ClassVar = {
        "description": "a tensor (every object with a shape), a list or another object of inputs, or a literal",
        "anyOf": [
            {"$ref": "#/components/schemas/Tensor"},
            {"type": "array", "items": openapi},
            {"type": "object", "additionalProperties": openapi},
            {"type": ["null", "boolean", "number", "string"]},
        ],
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
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
            raise ValidationError(errors)
        return loaded


class Inputs(Short):
    """The inputs of a method. How much there is, also of what is nested, is judged before any of it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Input(allow_none=True), most=MOST_INPUTS, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        values, tensors = _count(value)
        if tensors > MOST_INPUTS:
            raise ValidationError(f"{tensors:,} tensors; at most {MOST_INPUTS:,} are made.")
        if values > MOST_VALUES:
            raise ValidationError(f"{values:,} values; at most {MOST_VALUES:,} are taken.")
        return super()._deserialize(value, *args, **kwargs)


def _count(value: Any) -> tuple[int, int]:
    """How many values there are, and how many of them describe tensors."""
    values, tensors, left = 0, 0, [value]
    while left:
        part = left.pop()
        values += 1
        if isinstance(part, dict):
            tensors += "shape" in part
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)
    return values, tensors


class Shapes(fields.Field[Any]):
    """The short form of inputs, `1x3x224x224; 2x16:int64[0,1000)`."""

    openapi: ClassVar = {"type": "string"}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("A file, where a text field is meant.")
        if value.count(";") >= MOST_INPUTS:
            raise ValidationError(f"{value.count(';') + 1:,} entries; at most {MOST_INPUTS:,} are taken.")
        try:
            return Inputs().deserialize(parse_shapes(value))
        except ShapeSyntaxError as error:
            raise ValidationError(error.message) from error
