"""Fields that take a value as it is or refuse it: no "5" for 5, no 1 for true, no "yes"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError, fields, validate


class Integer(fields.Integer):
    """A JSON integer."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise ValidationError("Not an integer.")
        return value


class Number(fields.Float):
    """A finite JSON number, integer or not, kept as which it came."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValidationError("Not a number.")
        return value  # type: ignore[no-any-return]


class Boolean(fields.Boolean):
    """`true` or `false`."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not a boolean: true or false.")
        return value


class OneOf(validate.OneOf):
    """One of a few names; the message lists them and suggests the nearest."""

    def __init__(self, kind: str, names: Iterable[str]) -> None:
        super().__init__(tuple(names))
        self.kind = kind

    def _format_error(self, value: Any) -> str:
        near = get_close_matches(str(value)[:40], self.choices, n=1)
        suggestion = f"Did you mean {near[0]}? " if near else ""
        return f"Unknown {self.kind}. {suggestion}Known: {', '.join(self.choices)}."
