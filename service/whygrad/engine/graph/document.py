"""The graph as JSON: columns of numbers that point into tables. Operation 5 is the sixth of each column of `ops`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.graph.marks import Mark, marks, nodes
from whygrad.engine.graph.sketch import Key, Operation, Sketch, sketch
from whygrad.engine.graph.tables import Scopes, Table, Texts
from whygrad.engine.observation import Json, Observation
from whygrad.engine.states import STATES, State

SHAPE_BYTES = 50_000
MOST_SIZES = 16
MOST_FINDINGS = 300
MOST_RELATED = 8

Columns = dict[str, list[Any]]


def graph(observation: Observation, findings: Sequence[Diagnosed]) -> dict[str, Json]:
    """What is to be drawn of an observation and where its findings stand in it: under a megabyte of JSON."""
    marked = marks(findings[:MOST_FINDINGS])
    drawn = sketch(observation, frozenset(nodes(marked)))
    return _Writer(observation, drawn).written(marked)


class _Writer:
    """The tables of one graph, filled as its columns are written."""

    def __init__(self, observation: Observation, drawn: Sketch) -> None:
        self._observation = observation
        self._sketch = drawn
        self._numbers = {key: number for number, key in enumerate(drawn.operations)}
        self._texts = Texts()
        self._tensors = Table(SHAPE_BYTES)
        self._scopes = Scopes(observation.modules, self._texts)

    def written(self, marked: Sequence[Mark]) -> dict[str, Json]:
        judged = self._observation.judged
        ops, edges = self._operations(), self._edges()
        return {
            "schema": 1,
            "pass": judged.name if judged else None,
            "ops": ops,
            "edges": edges,
            "findings": [self._finding(mark) for mark in marked],
            "stopped": None if self._sketch.stopped is None else self._numbers[self._sketch.stopped],
            "scopes": self._scopes.columns,
            "tensors": self._tensors.rows,
            "texts": self._texts.rows,
            "states": list(STATES),
            "ops_total": len(self._numbers) + self._sketch.unlisted,
        }

    def _operations(self) -> Columns:
        columns: Columns = {"node": [], "name": [], "label": [], "scope": [], "gradient": [], "times": []}
        for operation in self._sketch.operations.values():
            _append(columns, self._operation(operation))
        return columns

    def _operation(self, operation: Operation) -> Sequence[int | None]:
        node = operation.node
        return (
            None if node is None else node.id,
            self._texts.number(operation.name),
            self._texts.number(operation.label),
            0 if node is None else self._scopes.number(node.module, node.calls),
            _number(operation.gradient),
            operation.times,
        )

    def _edges(self) -> Columns:
        columns: Columns = {"from": [], "to": [], "role": [], "tensor": [], "gradient": []}
        for link, state in self._sketch.links.items():
            ends = self._numbers[link.source], self._numbers[link.target]
            tensor = None if link.shape is None else self._tensor(link.shape, link.dtype)
            _append(columns, (*ends, self._texts.number(link.role), tensor, _number(state)))
        return columns

    def _tensor(self, shape: tuple[int, ...], dtype: str) -> int | None:
        def row() -> Json:
            return {"shape": list(shape[:MOST_SIZES]), "dtype": dtype}

        return self._tensors.number((shape, dtype), row, lambda written: len(json.dumps(written)))

    def _finding(self, mark: Mark) -> dict[str, Json]:
        op = self._op(mark.node)
        related = [(label, self._op(node)) for label, node in mark.related]
        return {
            "op": op,
            "scope": None if mark.module is None else self._scopes.of(mark.module),
            "related": [{"label": self._texts.number(la), "op": o} for la, o in related if o is not None][
                :MOST_RELATED
            ],
            "sizes": None if mark.sizes is None else asdict(mark.sizes),
        }

    def _op(self, node: int | None) -> int | None:
        key: Key | None = self._sketch.key(node)
        return None if key is None else self._numbers[key]


def _number(state: State) -> int:
    return STATES.index(state)


def _append(columns: Columns, row: Sequence[Any]) -> None:
    for column, value in zip(columns.values(), row, strict=True):
        column.append(value)
