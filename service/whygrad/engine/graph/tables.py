"""Tables of the graph: each text, shape and scope once, so that an operation is a few small numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from whygrad.engine.observation import Json
from whygrad.engine.spelling import spelt

TEXT_BYTES = 100_000
LONGEST_NAME = 128
MOST_SCOPES = 6_000


class Table:
    """Rows, each written once, as long as there is room for them."""

    def __init__(self, room: int) -> None:
        self.rows: list[Json] = []
        self._room = room
        self._known: dict[Hashable, int | None] = {}

    def number(self, key: Hashable, row: Callable[[], Json], cost: Callable[[Json], int]) -> int | None:
        """The number of a row; None where there was no room for it."""
        if key not in self._known:
            self._known[key] = self._added(row(), cost)
        return self._known[key]

    def _added(self, row: Json, cost: Callable[[Json], int]) -> int | None:
        price = cost(row)
        if price > self._room:
            return None
        self._room -= price
        self.rows.append(row)
        return len(self.rows) - 1


class Texts:
    """Names, spelt out; the first stands for all those that there is no room for."""

    def __init__(self) -> None:
        self._table = Table(TEXT_BYTES)
        self.number("…")

    @property
    def rows(self) -> list[Json]:
        """The texts in their order."""
        return self._table.rows

    def number(self, text: str) -> int:
        """The number of a text."""
        return self._table.number(text, lambda: spelt(text, LONGEST_NAME), lambda row: len(row.encode()) + 3) or 0


class Scopes:
    """Modules within modules, one for each call; the first is the program itself."""

    def __init__(self, types: Mapping[str, str], texts: Texts) -> None:
        self._types = types
        self._texts = texts
        self._known: dict[Any, int] = {}
        self._paths: list[str] = []
        self.columns: dict[str, list[int | None]] = {"name": [], "type": [], "parent": [], "call": []}
        self._add("", "", None, 1)

    def number(self, module: str, calls: tuple[tuple[str, int], ...]) -> int:
        """The scope of what belongs to a module, and was inlined from these calls."""
        if (module, calls) not in self._known:
            self._known[module, calls] = self._find(module, calls)
        return self._known[module, calls]

    def of(self, module: str) -> int:
        """The first scope of a module, an empty one where nothing in it ran."""
        return self._paths.index(module) if module in self._paths else self.number(module, ())

    def _find(self, module: str, calls: tuple[tuple[str, int], ...]) -> int:
        place = 0
        for path, call in calls:
            place = self._inside(place, path, call)
        while not _within(module, self._paths[place]):
            place = self.columns["parent"][place] or 0
        return self._inside(place, module, 1)

    def _inside(self, place: int, path: str, call: int) -> int:
        """The scope of a path in another, with a scope for every container between the two."""
        around = self._paths[place]
        if path == around:
            return place
        rest = path[len(around) :].lstrip(".") if _within(path, around) else path
        *containers, last = rest.split(".")
        for name in containers:
            place = self._child(place, name, 1)
        return self._child(place, last, call)

    def _child(self, parent: int, name: str, call: int) -> int:
        key = (parent, name, call)
        if key not in self._known:
            around = self._paths[parent]
            full = len(self._paths) >= MOST_SCOPES
            self._known[key] = parent if full else self._add(name, f"{around}.{name}" if around else name, parent, call)
        return self._known[key]

    def _add(self, name: str, path: str, parent: int | None, call: int) -> int:
        row = (self._texts.number(name), self._texts.number(self._types.get(path, "")), parent, call)
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)
        self._paths.append(path)
        return len(self._paths) - 1


def _within(path: str, around: str) -> bool:
    return not around or path == around or path.startswith(f"{around}.")
