"""Example inputs both ways: a real value as a request describes it, and a described tensor as a real one."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from whygrad.engine.shapes import DTYPES, parse_shapes
from whygrad_client.errors import WhygradError

if TYPE_CHECKING:
    from torch import Generator, Tensor

Entry = Any


class NotAnInput(WhygradError):  # noqa: N818 - named after what it is
    """A value that no request can describe; the text says which, and what can be given."""


class Description:
    """A value as a request describes it, in `entry`; in `lost` a sentence for each thing that it does not keep.

    A string is the short form of a tensor, or a plain value where it has neither a digit nor a colon; an object with a
    `shape` is a description already. Raises NotAnInput, and ShapeSyntaxError where a string is no short form.
    """

    def __init__(self, value: Any, name: str) -> None:
        self.lost: list[str] = []
        self.entry = self._described(value, name)

    def _described(self, value: Any, name: str) -> Entry:
        if isinstance(value, str):
            return _short(value, name) if _is_shape(value) else value
        if isinstance(value, Mapping):
            return dict(value) if "shape" in value else {k: self._described(v, f"{name}.{k}") for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._described(inner, f"{name}[{index}]") for index, inner in enumerate(value)]
        if value is None or isinstance(value, bool | int | float):
            return value
        if is_tensor(value):
            return self._tensor(value, name)
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise NotAnInput(
            f"{name} is a {kind}: an input is a tensor, a shape as '2x3', a number, or lists and dicts of those"
        )

    def _tensor(self, tensor: Tensor, name: str) -> Entry:
        dtype = str(tensor.dtype).removeprefix("torch.")
        if dtype not in DTYPES or str(tensor.layout) != "torch.strided":
            raise NotAnInput(f"{name} is a {tensor.layout} tensor of {dtype}: give a dense one of {', '.join(DTYPES)}")
        entry = {"shape": list(tensor.shape), "dtype": dtype} | (
            {"requires_grad": True} if tensor.requires_grad else {}
        )
        if tensor.numel() == 0 or tensor.is_meta or tensor.is_complex():
            return entry
        values = tensor.detach().flatten()
        if dtype == "bool":
            return entry | self._truths(values, name)
        return entry | (self._floats(values, name) if tensor.is_floating_point() else self._integers(values, name))

    def _truths(self, values: Tensor, name: str) -> Entry:
        if values.all() or not values.any():
            return {"fill": int(values[0])}
        self.lost.append(f"{name}: which of its elements are true is not sent; they are drawn at random")
        return {}

    def _floats(self, values: Tensor, name: str) -> Entry:
        finite = values[values.isfinite()]
        if not len(finite):
            raise NotAnInput(f"{name} has no finite number, and only such are drawn: give some, or a shape as '2x3'")
        if len(finite) < len(values):
            self.lost.append(f"{name}: its NaN and infinite elements are not sent; finite ones stand for them")
        low, high = float(finite.min()), float(finite.max())
        return {"fill": low} if low == high else {"fill": "uniform", "low": low, "high": high}

    def _integers(self, values: Tensor, name: str) -> Entry:
        marks, numbers = values[values < 0], values[values >= 0]
        if len(numbers) and len(marks) and marks.eq(marks[0]).all():
            self.lost.append(
                f"{name}: {int(marks[0])} is taken for a mark, as ignore_index is; only the others are drawn"
            )
            values = numbers
        if len(values) > 1 and values.equal(values.new_tensor(range(len(values)))):
            return {"fill": "arange"}
        return {"low": int(values.min()), "high": int(values.max()) + 1}


def real(value: Any, generator: Generator) -> Any:
    """The value with a drawn tensor for each description, and a copy, on the CPU, of each tensor that it has."""
    if isinstance(value, str):
        return _drawn(_short(value, "the input"), generator) if _is_shape(value) else value
    if isinstance(value, Mapping):
        return _drawn(value, generator) if "shape" in value else {k: real(v, generator) for k, v in value.items()}
    if isinstance(value, list | tuple):
        make = getattr(value, "_make", type(value))  # a named tuple takes its fields one by one
        return make(real(inner, generator) for inner in value)
    return value.detach().cpu().clone().requires_grad_(value.requires_grad) if is_tensor(value) else value


def holds_tensor(value: Any) -> bool:
    """Whether a value is a tensor, or there is one in it."""
    if is_one_tensor(value):
        return True
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return any(map(holds_tensor, inside))


def is_one_tensor(value: Any) -> bool:
    """Whether a value is a tensor, or describes one."""
    if isinstance(value, Mapping):
        return "shape" in value
    return _is_shape(value) if isinstance(value, str) else is_tensor(value)


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor."""
    torch = sys.modules.get("torch")  # who gives one has loaded it, and who gives none may not have it
    return torch is not None and isinstance(value, torch.Tensor)


def _drawn(entry: Mapping[str, Any], generator: Generator) -> Tensor:
    import torch  # only here: who draws none has no need of it

    dtype = getattr(torch, entry.get("dtype", "float32"))
    fill, shape = entry.get("fill", "normal"), list(entry["shape"])
    low, high = entry.get("low") or 0, entry.get("high")
    wide = dtype if dtype.is_complex or dtype == torch.float64 else torch.float32
    if fill in ("zeros", "ones") or not isinstance(fill, str):
        drawn = torch.full(shape, {"zeros": 0, "ones": 1}.get(fill, fill))
    elif fill == "arange":
        drawn = torch.arange(torch.Size(shape).numel()).reshape(shape)
    elif not (dtype.is_floating_point or dtype.is_complex):
        drawn = torch.randint(low, max(low + 1, 2) if high is None else high, shape, generator=generator)
    elif fill == "uniform":
        drawn = torch.rand(shape, generator=generator, dtype=wide) * ((low + 1 if high is None else high) - low) + low
    else:
        drawn = torch.randn(shape, generator=generator, dtype=wide)
    return drawn.to(dtype).requires_grad_(bool(entry.get("requires_grad")))


def _is_shape(text: str) -> bool:
    """Whether a string is meant as a short form, and is no plain text."""
    return not text or any(character.isdigit() or character == ":" for character in text)


def _short(text: str, name: str) -> Entry:
    entries = parse_shapes(text)
    if len(entries) > 1:
        raise NotAnInput(f"{name} is {len(entries)} shapes in one: give a list of them, one for each argument")
    return entries[0]
