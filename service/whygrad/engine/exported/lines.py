"""The record beside a file of code that leads from its characters to the original source.

A line of the source stands there indented, as in the source of a script: torch begins the lines of a trace's stack at
the margin.
"""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.exported.scopes import Place
from whygrad.engine.exported.values import Pickle

_INDENT = "    "


def line_record(lines: Sequence[tuple[str, Place | None]]) -> bytes:
    """The record of a file of these lines, each with its place; a line without one leads nowhere."""
    texts = {"": 0}
    ranges: list[tuple[int, Place | None]] = []
    at = 0
    for line, place in lines:
        ranges.append((at + len(line) - len(line.lstrip()), place))
        at += len(line.encode()) + 1
        if place is not None:
            for text in (_shown(place), place.file):
                texts.setdefault(text, len(texts))
    pickle = Pickle()
    pickle.open()
    pickle.text("FORMAT_WITH_STRING_TABLE")
    pickle.plain(tuple(texts))
    pickle.open()
    for number, (start, place) in enumerate(ranges):
        _range(pickle, texts, number, start, place)
    pickle.close()
    pickle.close()
    return pickle.finished()


def _range(pickle: Pickle, texts: dict[str, int], number: int, start: int, place: Place | None) -> None:
    known = place is not None
    pieces = [texts[_shown(place)]] if place is not None else []
    begin, end = (len(_INDENT) + place.column, len(_shown(place).encode()) - 1) if place is not None else (0, 0)
    pickle.open()
    pickle.plain(start)
    pickle.open()
    pickle.open()
    pickle.integers(pieces)
    pickle.plain(texts[place.file] if place is not None else 0)
    pickle.plain(place.line if place is not None else 0)
    pickle.close()
    pickle.plain(begin)
    pickle.plain(max(begin, end))
    pickle.close()
    pickle.plain(number if known else 0)
    pickle.close()


def _shown(place: Place) -> str:
    return f"{_INDENT}{place.code}\n"
