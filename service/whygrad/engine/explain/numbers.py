"""The numbers of a message in the words of what is to be changed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

_Said = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]


def in_words(message: str) -> str | None:
    """What the sizes in a message say; None where they say nothing more than the message."""
    for pattern, said in _SAID:
        if match := pattern.search(message):
            return said(match)
    return None


def _product(match: re.Match[str]) -> str:
    rows, given, taken, made = match.groups()
    return (
        f"the input has {given} features in each of {rows} rows, and the layer or second factor takes {taken}: "
        f"nn.Linear({given}, {made}) in place of nn.Linear({taken}, {made}), or {taken} features before it"
    )


def _channels(match: re.Match[str]) -> str:
    shape, wanted, given = _sizes(match[1]), int(match[2]), int(match[3])
    if shape[-1] == wanted != given:
        return f"the {wanted} channels stand last in {_shape(shape)}: permute them to dimension 1, before the layer"
    return f"the layer takes {wanted} channels, and the input {_shape(shape)} has {given} in dimension 1"


def _stretch(match: re.Match[str]) -> str:
    one, other, axis = match.groups()
    return f"dimension {axis} is {one} in the first operand and {other} in the second: only a size of 1 is stretched"


def _view(match: re.Match[str]) -> str | None:
    asked, elements = _sizes(match[1]), int(match[2])
    known = math.prod(s for s in asked if s != -1)
    first = next((s for s in asked if s > 0), 0)
    each = f", {elements // first} for each of {first}" if first and elements % first == 0 and len(asked) > 1 else ""
    return f"there are {elements} elements{each}, and the sizes asked for, {_shape(asked)}, make up {known}"


def _batches(match: re.Match[str]) -> str:
    predictions, targets = int(match[1]), int(match[2])
    times = f", {predictions // targets} times as many" if targets and predictions % targets == 0 else ""
    return f"there are {predictions} predictions{times}, and {targets} targets: they must be as many"


_SAID: tuple[_Said, ...] = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"cannot be multiplied \((\d{1,12})x(\d{1,12}) and (\d{1,12})x(\d{1,12})\)", _product),
        (r"expected input\[([\d, ]{1,80})\] to have (\d{1,9}) channels, but got (\d{1,9})", _channels),
        (r"tensor a \((\d{1,12})\) must match the size of tensor b \((\d{1,12})\) at.{1,30}dimension (\d)", _stretch),
        (r"shape '\[([-\d, ]{1,80})\]' is invalid for input of size (\d{1,18})", _view),
        (r"input batch_size \((\d{1,12})\) to match target batch_size \((\d{1,12})\)", _batches),
        (
            r"match except in dimension (\d).{1,30}size (\d{1,12}) but got size (\d{1,12}) for tensor number (\d{1,4})",
            lambda m: f"tensor {m[4]}, to be joined along dimension {m[1]}, has {m[3]} where the first has {m[2]}",
        ),
        (
            r"Target (-?\d{1,12}) is out of bounds",
            lambda m: f"the target names class {m[1]}: there must be more than {m[1]} classes, counted from 0",
        ),
        (
            r"running_mean should contain (\d{1,9}) elements not (\d{1,9})",
            lambda m: f"the norm is made for {m[2]} channels, and gets {m[1]}",
        ),
        (
            r"input\.size\(-1\) must be equal to input_size. Expected (\d{1,9}), got (\d{1,9})",
            lambda m: f"the recurrent layer is made for {m[1]} features, and its input has {m[2]} at the end",
        ),
    )
)  # fmt: skip


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",") if size.strip()]


def _shape(sizes: list[int]) -> str:
    return "x".join(map(str, sizes))
