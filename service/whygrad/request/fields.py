"""Fields that take a value as it is or refuse it: no "5" for 5, no 1 for true, no "yes"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

LONGEST_LIST = 20


class Integer(fields.Integer):
    """A JSON integer."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is not int:
            raise ValidationError("Not an integer.")
        return value


class Number(fields.Float):
    """A finite JSON number, integer or not, kept as which it came."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValidationError("Not a number.")
        return value  # type: ignore[no-any-return]


class Boolean(fields.Boolean):
    """`true` or `false`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not a boolean: true or false.")
        return value


class Short(fields.List[Any]):
    """A list whose length is judged before anything in it is."""

    def __init__(self, each: fields.Field[Any], *, least: int = 0, most: int, **options: Any) -> None:
        super().__init__(each, validate=validate.Length(least, most), **options)
        self.most = most

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > self.most:
            raise ValidationError(f"{len(value):,} entries; at most {self.most:,} are taken.")
        return super()._deserialize(value, *args, **kwargs)


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that is meant where one is so like `word` that it may be: `CrossEntropyLoss`, `mse`, `detachd`."""
    small = {name.lower(): name for name in names}
    begun = [name for name in small if name.startswith(word.lower())] if word else []
    near = begun if len(begun) == 1 else get_close_matches(word[:40].lower(), small, n=1)
    return small[near[0]] if near else None


class OneOf(validate.OneOf):
    """One of a few names; the message suggests the nearest, and lists them unless they are many."""

    def __init__(self, kind: str, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.kind = kind
        super().__init__(self.names)

    def _format_error(self, value: Any) -> str:
        near = nearest(str(value), self.names)
        suggestion = f" Did you mean {near}?" if near else ""
        known = f" Known: {', '.join(self.names)}." if len(self.names) <= LONGEST_LIST else ""
        return f"Unknown {self.kind}.{suggestion}{known}"


class Strict(Schema):
    """A schema that refuses what it does not know, and says what it does."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["unknown"] = f"Unknown field. Known: {', '.join(self.fields)}."
        self.error_messages["type"] = f"Not an object with the fields {', '.join(self.fields)}."
