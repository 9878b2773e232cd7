"""JSON as RFC 8259 has it, within bounds: what `json.loads` lets through or chokes on is refused with a reason."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

LARGEST_DEPTH = 32
DEPTH_OF_ANSWERS = LARGEST_DEPTH + 8
"""A diagnosis holds the request that it was made for, and stands itself in a list or in a comparison."""
LARGEST_DOCUMENT = 1_000_000
LONGEST_NUMBER = 400


class JsonError(ValueError):
    """A text that is no acceptable JSON; its message says why and, where it is known, at which character."""


def parse(text: str | bytes, deepest: int = LARGEST_DEPTH) -> Any:
    """The value of a JSON text, in which at most so many lists and objects lie in each other. Raises JsonError."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
        value = json.loads(
            text, parse_constant=_no_number, parse_float=_float, parse_int=_int, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise JsonError(f"Not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise JsonError(f"Not valid JSON: byte {error.start} is not UTF-8.") from error
    except RecursionError as error:
        raise _too_deep(deepest) from error
    _check(value, deepest)
    return value


def _no_number(name: str) -> NoReturn:
    raise JsonError(f"{name} is not a JSON number; leave the field out or send a finite number.")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise JsonError("A number is too large for a 64-bit float.")
    return value


def _int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise JsonError(f"An integer has {len(digits):,} digits; at most {LONGEST_NUMBER} are read.")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise JsonError("An object names the same field twice.")
    return fields


def _check(value: Any, deepest: int, depth: int = 0) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth == deepest:
            raise _too_deep(deepest)
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(part, deepest, depth + 1)


def _too_deep(deepest: int) -> JsonError:
    return JsonError(f"Nested deeper than {deepest} levels.")


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise JsonError("A text holds half of a surrogate pair, which stands for no character.")
