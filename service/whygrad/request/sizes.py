"""How much a request asks for, judged before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from marshmallow import ValidationError

from whygrad.engine.shapes import INTEGER_DTYPES, drawn_bytes

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")

Place = tuple[str | int, ...]


def refuse_larger(request: dict[str, Any], limit: int, field: str = "inputs") -> None:
    """Raise ValidationError where the tensors of a loaded request take more than `limit` bytes.

    `field` is what the inputs were called where they were given.
    """
    loss = request["loss"]
    target = [(("loss", "target"), loss["target"])] if isinstance(loss, dict) else []
    described = [*_tensors(request["inputs"], (field,)), *target]
    numberless = request["passes"] == ["structure"]
    sizes = [
        0 if numberless and _floats(tensor) else drawn_bytes(tensor["shape"], tensor["dtype"])
        for _place, tensor in described
    ]
    for (place, tensor), size, total in zip(described, sizes, accumulate(sizes), strict=True):
        if total > limit:
            raise _at(place, _too_large(tensor, size, limit))


def told(size: float) -> str:
    """`9.21 kB`, in powers of a thousand."""
    if size == 1:
        return "1 byte"
    for unit in UNITS[:-1]:
        if size < 999.5:  # what is above is rounded to a thousand, which is one of the next unit
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {UNITS[-1]}"


def _tensors(value: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(value, dict) and "shape" in value:
        yield place, value
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _tensors(inner, (*place, key))


def _floats(tensor: dict[str, Any]) -> bool:
    """Whether it takes nothing where no numbers are wanted."""
    return tensor["dtype"] not in INTEGER_DTYPES and tensor["dtype"] != "bool"


def _too_large(tensor: dict[str, Any], size: int, limit: int) -> str:
    shown = "x".join(map(str, tensor["shape"]))
    return (
        f"{shown}:{tensor['dtype']} takes {told(size)}, and all tensors together may take {told(limit)}. "
        'Send a smaller batch; where "structure" is the only one of the passes, floats take nothing.'
    )


def _at(place: Place, message: str) -> ValidationError:
    told: Any = [message]
    for step in reversed(place):
        told = {step: told}
    return ValidationError(told)
