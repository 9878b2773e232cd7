"""One entry of a table where all up to there were meant: `table[:, n]` for `table[:, :n]`, with n steps beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.comparing import COMPARING
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import measured
from whygrad.engine.axes.pieces import length
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor

_HANDING_ON = frozenset({"slice", "detach", "to", "type_as"})


@dataclass(frozen=True)
class Entry:
    """`taken` picks the entry `number` of a table, and `node` lays it over the `steps` of `operand`."""

    order: int
    node: Node
    event: Event
    operand: Operand
    taken: Node
    steps: int


def single_entries(observation: Observation, known: Layouts) -> Iterator[Entry]:
    """The entries of tables that are picked by the very number of steps which they are then laid over."""
    told = set[int]()
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        if node.bare_name not in COMPARING or len(event.inputs) != 2 or not event.completed:
            continue
        for table, other in (event.inputs, event.inputs[::-1]):
            taken = _taken(observation, known, table.tensor)
            steps = _steps(observation, known, taken, other.tensor) if taken is not None else None
            if taken is not None and steps is not None and taken.id not in told:
                told.add(taken.id)
                yield Entry(order, node, event, other, taken, steps)


def _taken(observation: Observation, known: Layouts, table: Tensor) -> Node | None:
    """What picked an entry of what a program holds, or counts; None where nothing did."""
    for maker in known.step.lineage(table.id):
        node = observation.nodes[maker.node]
        if node.bare_name == "select":
            return node
        if node.bare_name not in _HANDING_ON:
            return None
    return None


def _steps(observation: Observation, known: Layouts, taken: Node, other: Tensor) -> int | None:
    """How many steps there are, where the index of the entry is their number; None where it is not."""
    index = taken.argument("index")
    axis = measured(observation, known, index.value) if index is not None else None
    return length(axis) if axis is not None and length(axis) > 1 and axis in known.of(other)[1:] else None
