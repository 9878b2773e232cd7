"""The records that lead from the code of an archive back to the lines of its source.

torch opens one when it is first asked for a line, raises in the middle of a run where it cannot, and believes the
indices in it. It can do without: a record that is not sound costs the lines, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from whygrad.engine.preflight.operations import OF_LINES
from whygrad.engine.preflight.pickles import Made, Name, Reader, Row, Series, StrangeError, Value
from whygrad.engine.spelling import quoted

_LIST = ("torch.jit._pickle", "build_intlist")
_WITH_TABLE = "FORMAT_WITH_STRING_TABLE"


class LineReader(Reader):
    """Reads such a record."""

    operations = OF_LINES

    def named(self, module: str, name: str) -> Value:
        """The one name that stands in it. Raises StrangeError for every other."""
        if (module, name) != _LIST:
            raise StrangeError(f"it names {quoted(f'{module}.{name}')}")
        return Name(module, name)


def are_sound(value: Value) -> bool:
    """Whether torch can find every line by them: with their texts in a table, or, as older versions wrote, without."""
    if not isinstance(value, Row) or not value.items:
        return False
    if value.items[0] != _WITH_TABLE:
        return _Lines(None).are_sound(value)
    table, ranges = value.items[1:3] if len(value) > 2 else (None, None)
    texts = table.items if isinstance(table, Row) else []
    return bool(texts) and all(isinstance(text, str) for text in texts) and _Lines(texts).are_sound(ranges)


class _Lines:
    """What the ranges of a record are held against: `texts` is its table, where it has one."""

    def __init__(self, texts: Sequence[str] | None) -> None:
        self._texts = texts
        self._sizes = [len(text.encode()) for text in texts or ()]
        self._known: dict[int, int | None] = {}  # all operations of a function share their source

    def are_sound(self, ranges: Value) -> bool:
        return isinstance(ranges, Row) and all(map(self._is_sound, ranges))

    def _is_sound(self, told: Value) -> bool:
        """An offset in the code, and what it was made of: a source, and where in it that begins and ends."""
        if not isinstance(told, Row) or len(told) < 2 or not _is_number(told.items[0]):
            return False
        place = told.items[1]
        if not isinstance(place, Row) or len(place) != 3 or not all(map(_is_number, place.items[1:])):
            return False
        source, start, end = place
        if id(source) not in self._known:
            self._known[id(source)] = self._size(source)
        size = self._known[id(source)]
        # torch ends what has no source at 1, and a number where it would if it were written as Python prints it
        return size is not None and 0 <= start <= min(end, size)

    def _size(self, source: Value) -> int | None:
        """How many bytes a source has; None where it is none."""
        if not isinstance(source, Row) or len(source) != 3 or not _is_number(source.items[2]):
            return None
        text, file, _first = source
        if self._texts is None:
            named = file is None or isinstance(file, str)
            return len(text.encode()) if isinstance(text, str) and named else None
        pieces = text.arguments[0] if isinstance(text, Made) and len(text.arguments) == 1 else None
        if not isinstance(pieces, Series) or not all(map(self._is_index, [*pieces, file])):
            return None
        return sum(self._sizes[piece] for piece in pieces)

    def _is_index(self, number: Any) -> bool:
        return _is_number(number) and 0 <= number < len(self._sizes)


def _is_number(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63
