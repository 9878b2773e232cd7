"""The indices of sparse tensors: torch believes them, and one that leads out of its tensor reaches foreign memory."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import prod
from operator import mul
from typing import Any

from whygrad.engine.preflight.pickles import Made, Row, StrangeError, Value

_COORDINATES, _COMPRESSED_ROWS = 1, 2
_FORMS = {_COORDINATES: 2, _COMPRESSED_ROWS: 3}
"""How many tensors each layout is made of."""

Numbers = Callable[[Any], "array[int] | None"]
"""The integers of a storage, None where it has none here."""


def judge_sparse(arguments: Sequence[Value], numbers: Numbers) -> None:
    """Raise StrangeError where an index of a sparse tensor leads out of it; `arguments` are those that rebuild it."""
    layout, size, _, *parts = arguments
    tensors = [part.arguments for part in parts if isinstance(part, Made) and part.of.endswith("_rebuild_tensor_v2")]
    bounds: list[Any] = size.items if isinstance(size, Row) else [None]
    if not all(isinstance(n, int) and n >= 0 for n in bounds) or _FORMS.get(layout) != len(tensors):
        raise StrangeError("it holds a sparse tensor of another form")
    if layout == _COORDINATES:
        where, values = tensors[0][2].items, tensors[1][2].items
        if len(where) != 2 or where[1:] != values[:1]:
            raise StrangeError("it holds a sparse tensor of another form")
        rows = _rows(tensors[0], numbers)
        if len(rows) > len(bounds) or any(_leads_out(row, n) for row, n in zip(rows, bounds, strict=False)):
            raise StrangeError("an index of a sparse tensor leads out of it")
        return
    starts, columns, values = (tensor[2].items for tensor in tensors)
    if len(bounds) <= len(starts) or len(columns) != len(starts) or values[: len(columns)] != columns:
        raise StrangeError("it holds a sparse tensor of another form")
    if not starts or starts[-1] != bounds[len(starts) - 1] + 1:
        raise StrangeError("it holds a sparse tensor of another form")
    begins, across = _rows(tensors[0], numbers), _rows(tensors[1], numbers)
    out = any(not _ascends(row, columns[-1]) for row in begins)
    if out or any(_leads_out(row, bounds[len(starts)]) for row in across):
        raise StrangeError("an index of a sparse tensor leads out of it")


def _rows(tensor: Sequence[Value], numbers: Numbers) -> list[array[int]]:
    """The innermost rows of a tensor of integers, none where its numbers are not here."""
    storage, offset, size, stride, *_ = tensor
    held = numbers(storage)
    sizes, steps = size.items, stride.items
    if held is None or 0 in sizes:
        return []
    if not sizes or prod(sizes) > len(held) or steps[-1] < 1:
        raise StrangeError("it holds a sparse tensor of another form")
    outer = product(*(range(n) for n in sizes[:-1]))
    begins = [offset + sum(map(mul, place, steps)) for place in outer]
    return [held[begin : begin + sizes[-1] * steps[-1] : steps[-1]] for begin in begins]


def _leads_out(row: array[int], bound: int) -> bool:
    return min(row) < 0 or max(row) >= bound


def _ascends(row: array[int], last: int) -> bool:
    """Whether the places at which the rows of a tensor begin go from 0 to the last, and never back."""
    return row[0] == 0 and row[-1] == last and all(a <= b for a, b in pairwise(row))
