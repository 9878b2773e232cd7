"""How large example inputs may be, and their short form, for people and chat: `1x3x224x224; 2x16:int64[0,1000)`.

An entry is sizes joined by `x`, then optionally `:` and a type, then for integers the range they are drawn from, its
upper end excluded. No sizes before the colon (`:float32`) is a tensor without dimensions. Entries are separated by `;`,
one per argument of the method; blanks do not matter.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

FLOATING_DTYPES = ("float32", "float64", "float16", "bfloat16")
INTEGER_DTYPES = ("int64", "int32", "int16", "int8", "uint8")
DTYPES = (*FLOATING_DTYPES, *INTEGER_DTYPES, "bool", "complex64", "complex128")
FILLS = ("normal", "uniform", "zeros", "ones", "arange")
PRESUMED = {"dtype": "float32", "fill": "normal", "requires_grad": False}
"""What a description of a tensor need not say."""
EXAMPLE = "1x3x224x224 or 2x16:int64[0,1000)"

MOST_INPUTS = 1_000
MOST_ELEMENTS = 2**59
LARGEST_DRAWN = 2**63 - 2
"""The largest integer that is drawn: it lies below a bound that is itself of 64 bits."""

_LARGEST = 2**63 - 1
_BYTES = {"float64": 8, "complex64": 8, "complex128": 16, "bool": 8} | dict.fromkeys(INTEGER_DTYPES, 8)
"""An element while it is drawn: integers come as int64, halves as float32, and are made smaller then."""
_RANGE = re.compile(r"\s*(-?[0-9]{1,19})\s*,\s*(-?[0-9]{1,19})\s*\)\s*")


def drawn_bytes(shape: Sequence[int], dtype: str) -> int:
    """What a tensor takes while its numbers are drawn."""
    return math.prod(shape) * _BYTES.get(dtype, 4)


def is_possible(shape: Sequence[int]) -> bool:
    """Whether torch can count the elements of a tensor of that shape."""
    return math.prod(max(size, 1) for size in shape) <= MOST_ELEMENTS


class ShapeSyntaxError(ValueError):
    """A short form that cannot be read; `position` is the index of the character where it goes wrong."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


def parse_shapes(text: str) -> list[dict[str, Any]]:
    """The request's `inputs` that a short form stands for: `shape` and `dtype`, and `low` and `high` where it has them.

    Raises ShapeSyntaxError, whose message names the place and gives an example.
    """
    entries = []
    position = 0
    for part in text.split(";"):
        entries.append(_parse_entry(part, position))
        position += len(part) + 1
    return entries


def write_shapes(inputs: Sequence[Any]) -> str | None:
    """The short form that stands for a request's `inputs`, or None where it cannot say all of them."""
    written = [_write_entry(entry) for entry in inputs]
    return None if None in written else "; ".join(filter(None, written))


def _write_entry(entry: Any) -> str | None:
    if not isinstance(entry, Mapping) or "shape" not in entry or entry.get("requires_grad"):
        return None
    dtype, bounded = str(entry.get("dtype", "float32")), "high" in entry
    if entry.get("fill") not in (None, "normal", "uniform") or (bounded and dtype not in INTEGER_DTYPES):
        return None
    bounds = f"[{entry.get('low', 0)},{entry['high']})" if bounded else ""
    sizes = "x".join(map(str, entry["shape"]))
    return sizes if sizes and dtype == "float32" else f"{sizes}:{dtype}{bounds}"


def _parse_entry(part: str, start: int) -> dict[str, Any]:
    sizes, colon, typed = part.partition(":")
    if not colon and not sizes.strip():
        raise _error("a shape is missing", start)
    if "[" in sizes:
        raise _error("a range needs an integer type before it", start + sizes.index("["), example="2x16:int64[0,1000)")
    entry: dict[str, Any] = {"shape": _parse_sizes(sizes, start), "dtype": "float32"}
    if colon:
        dtype, bracket, bounds = typed.partition("[")
        place = start + len(sizes) + 1
        entry["dtype"] = _parse_dtype(dtype, place)
        if bracket:
            entry["low"], entry["high"] = _parse_range(bounds, entry["dtype"], place + len(dtype))
    return entry


def _parse_sizes(text: str, start: int) -> list[int]:
    if not text.strip():
        return []
    sizes = []
    for piece in re.split("[x×]", text):
        if not re.fullmatch(r"\s*[0-9]+\s*", piece):
            raise _error(f"{_quote(piece)} is not a size: sizes are whole numbers with an x between them", start)
        if len(piece.strip()) > 19 or int(piece) > _LARGEST:
            raise _error(f"{_quote(piece)} is larger than any tensor", start)
        sizes.append(int(piece))
        start += len(piece) + 1
    return sizes


def _parse_dtype(text: str, start: int) -> str:
    dtype = text.strip()
    if dtype in DTYPES:
        return dtype
    near = difflib.get_close_matches(dtype[:20], DTYPES, n=1, cutoff=0.4)
    suggestion = f", did you mean {near[0]}?" if near else ""
    raise _error(f"{_quote(text)} is not a type{suggestion} (one of {', '.join(DTYPES)})", start)


def _parse_range(text: str, dtype: str, start: int) -> tuple[int, int]:
    if dtype not in INTEGER_DTYPES:
        raise _error(f"a range is for integers, not for {dtype}", start, example="2x16:int64[0,1000)")
    match = _RANGE.fullmatch(text)
    if not match:
        raise _error("a range is [low,high), the upper end excluded", start, example="2x16:int64[0,1000)")
    low, high = int(match[1]), int(match[2])
    if not -_LARGEST <= low < high <= _LARGEST:
        raise _error(f"nothing lies in [{low},{high})", start, example="2x16:int64[0,1000)")
    return low, high


def _error(problem: str, position: int, example: str = EXAMPLE) -> ShapeSyntaxError:
    return ShapeSyntaxError(f"at character {position + 1}: {problem}; for example {example}", position)


def _quote(text: str) -> str:
    shown = ascii(text.strip())
    return shown if len(shown) <= 40 else shown[:37] + "..."
