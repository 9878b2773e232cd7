"""The two long tables of a diagnosis, its parameters and its modules: narrowed, sorted and cut into pages here.

So a page stays small however large the program is, and all of it works without scripts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from whygrad.render.operands import shape_text
from whygrad.web.lookup import found
from whygrad.web.service import service

resource = Blueprint("tables", __name__)

AT_ONCE = 100

Json = Mapping[str, Any]
Numbered = tuple[int, Json]
"""A row, and its number in the document."""


@dataclass(frozen=True)
class Kind:
    """One of the tables: what a row is sorted by in each column, and what of it is searched."""

    rows: str
    keys: Mapping[str, Callable[[Json], Any]]
    text: Callable[[Json], str]
    largest_first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What is shown of a table: the rows that fit what was asked, in the order asked for, so many from `start` on."""

    kind: Kind
    document: Json
    asked: MultiDict[str, str]

    @property
    def rows(self) -> Sequence[Json]:
        """All that the document lists."""
        listed: Sequence[Json] = self.document[self.kind.rows]
        return listed

    @property
    def address(self) -> str:
        """Where the table stands on a page of its own."""
        return f"/diagnoses/{self.document['id']}/{self.kind.rows}"

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.asked.get("words", "")

    @property
    def chosen(self) -> list[str]:
        """The states of gradients that are asked for; all, where none is named."""
        return self.asked.getlist("gradient")

    @property
    def finding(self) -> Json | None:
        """The finding whose parameters alone are shown."""
        number, findings = _whole(self.asked.get("finding")), self.document["findings"]
        known = self.kind is PARAMETERS and number is not None and number < len(findings)
        return findings[number] if known else None

    @property
    def start(self) -> int:
        """The place of the first row shown among those that fit."""
        return min(_whole(self.asked.get("start")) or 0, max(len(self.fitting) - 1, 0))

    @cached_property
    def states(self) -> list[tuple[str, int]]:
        """How many rows are in each state, the most frequent first."""
        return Counter(str(row["gradient"]) for row in self.rows).most_common()

    @cached_property
    def fitting(self) -> list[Numbered]:
        """The rows that fit, in order."""
        words, states, suffering = self.words.lower().split(), set(self.chosen), self._suffering()
        kept = [
            (number, row)
            for number, row in enumerate(self.rows)
            if (not states or row["gradient"] in states)
            and (suffering is None or row["name"] in suffering)
            and all(word in self.kind.text(row).lower() for word in words)
        ]
        key = self.kind.keys.get(self._column)
        if key is None:
            return kept
        return sorted(kept, key=lambda numbered: key(numbered[1]), reverse=self._falls)

    @property
    def shown(self) -> list[Numbered]:
        """Those on this page."""
        return self.fitting[self.start : self.start + AT_ONCE]

    @property
    def before(self) -> str | None:
        """The address of the rows before these."""
        return self.with_(start=str(max(self.start - AT_ONCE, 0))) if self.start else None

    @property
    def behind(self) -> str | None:
        """The address of the rows behind these."""
        following = self.start + AT_ONCE
        return self.with_(start=str(following)) if following < len(self.fitting) else None

    def order(self, column: str) -> str | None:
        """How it is sorted by a column, as `aria-sort` has it."""
        return ("descending" if self._falls else "ascending") if column == self._column else None

    def by(self, column: str) -> str:
        """The address of it sorted by a column, and the other way round where it is so already."""
        falls = not self._falls if column == self._column else column in self.kind.largest_first
        return self.with_(sort=f"-{column}" if falls else column, start="")

    def row(self, number: int) -> str:
        """The address of a row by its number, in the order of the document."""
        return f"{self.address}?{urlencode({'start': number // AT_ONCE * AT_ONCE})}#{self.kind.rows}-{number}"

    def with_(self, **changed: str) -> str:
        """The address of the same with other fields; an empty one is left out."""
        kept = [(name, value) for name, value in self.asked.items(multi=True) if name not in changed]
        return f"{self.address}?{urlencode([(name, value) for name, value in (*kept, *changed.items()) if value])}"

    @property
    def _column(self) -> str:
        return self.asked.get("sort", "").removeprefix("-")

    @property
    def _falls(self) -> bool:
        return self.asked.get("sort", "").startswith("-")

    def _suffering(self) -> set[str] | None:
        return set(self.finding["parameters"]) if self.finding else None


def parameters(document: Json, asked: MultiDict[str, str] | None = None) -> Table:
    """The parameters of a document."""
    return Table(PARAMETERS, document, asked or MultiDict())


def modules(document: Json, asked: MultiDict[str, str] | None = None) -> Table:
    """The modules of a document."""
    return Table(MODULES, document, asked or MultiDict())


@resource.get("/diagnoses/<id:id>/parameters")
def show_parameters(id: str) -> Response:
    """The parameters, on a page of their own."""
    return _page(parameters(service().shown(found(id)), request.args))


@resource.get("/diagnoses/<id:id>/modules")
def show_modules(id: str) -> Response:
    """The modules, on a page of their own."""
    return _page(modules(service().shown(found(id)), request.args))


def _page(table: Table) -> Response:
    page = render_template("table.html", table=table, document=table.document)
    return Response(page, mimetype="text/html")


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 9 else None


def _natural(text: str) -> list[tuple[int, str]]:
    """`layer.9` before `layer.10`."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,9})", text.lower())]


def _norm(row: Json) -> float:
    norm = row.get("norm")
    return float(norm) if isinstance(norm, int | float) else -math.inf


def _elements(tensors: Iterable[Json]) -> int:
    return sum(math.prod(tensor["shape"]) for tensor in tensors if tensor.get("shape") is not None)


def _shapes(tensors: Iterable[Json]) -> str:
    return " ".join(shape_text(tensor.get("shape")) for tensor in tensors)


def _code(row: Json) -> int:
    return row["finding"] if isinstance(row.get("finding"), int) else -1


PARAMETERS = Kind(
    "parameters",
    keys={
        "name": lambda row: _natural(row["name"]),
        "shape": lambda row: math.prod(row["shape"]),
        "dtype": lambda row: row["dtype"],
        "gradient": lambda row: row["gradient"],
        "norm": _norm,
        "finding": _code,
    },
    text=lambda row: " ".join((row["name"], *row.get("aliases", ()), shape_text(row["shape"]))),
    largest_first=("shape", "norm", "finding"),
)
MODULES = Kind(
    "modules",
    keys={
        "path": lambda row: _natural(row["path"]),
        "type": lambda row: row["type"] or "",
        "takes": lambda row: _elements(row["inputs"]),
        "gives": lambda row: _elements(row["outputs"]),
        "gradient": lambda row: row["gradient"],
    },
    text=lambda row: f"{row['path']} {row['type'] or ''} {_shapes(row['inputs'])} {_shapes(row['outputs'])}",
    largest_first=("takes", "gives"),
)
