"""One entry of a table where all up to there were meant: `table[:, n]` for `table[:, :n]`, with n steps beside it.

An entry that is picked by a length may be meant: an embedding of the length, the norm of a set of that size. It is not
where the table is laid out to be added to the steps of a batch, with an axis of one for the samples, and no other
table is cut to their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import measured
from whygrad.engine.axes.pieces import Axis, length
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor

_HANDING_ON = frozenset({"slice", "detach", "to", "type_as"})


@dataclass(frozen=True)
class Entry:
    """`taken` picks the entry `steps` of a table, and `node` adds it to all as many steps of `operand`."""

    order: int
    node: Node
    event: Event
    operand: Operand
    taken: Node
    steps: int


def single_entries(observation: Observation, known: Layouts) -> Iterator[Entry]:
    """The entries of tables that are picked by the very number of steps which they are then added to."""
    told = set[int]()
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        pairs = ((event.inputs, event.inputs[::-1]) if len(event.inputs) > 1 else ()) if event.completed else ()
        for table, other in (pair[:2] for pair in pairs if node.bare_name == "add"):
            picked = _picked(observation, known, table.tensor)
            axis = _steps(observation, known, *picked, other.tensor) if picked is not None else None
            if picked is None or axis is None or _cut_elsewhere(observation, known, axis):
                continue
            taken = observation.nodes[picked[0].node]
            if taken.id not in told:
                told.add(taken.id)
                yield Entry(order, node, event, other, taken, length(axis))


def _picked(observation: Observation, known: Layouts, table: Tensor) -> tuple[Event, Tensor] | None:
    """What picked an entry of a stored table, and that table; None where nothing did."""
    picked: Event | None = None
    for maker in known.step.lineage(table.id):
        name = observation.nodes[maker.node].bare_name
        if not maker.inputs or (name not in _HANDING_ON and (name != "select" or picked is not None)):
            return None
        picked = maker if name == "select" else picked
        if maker.tensors[0].id in observation.stored:
            return (picked, maker.tensors[0]) if picked is not None else None
    return None


def _steps(observation: Observation, known: Layouts, picked: Event, table: Tensor, other: Tensor) -> Axis | None:
    """The steps of the other operand, where the entry is picked by their number, and the table lies along them."""
    node, given = observation.nodes[picked.node], picked.tensors[0].shape
    index, dim = node.argument("index"), node.literal("dim")
    axis = measured(observation, known, index.value) if index is not None else None
    laid_out = len(given) == len(table.shape) == len(other.shape) and isinstance(dim, int) and 1 in given
    return axis if laid_out and axis is not None and length(axis) > 1 and known.of(other)[dim] == axis else None


def _cut_elsewhere(observation: Observation, known: Layouts, axis: Axis) -> bool:
    """Whether another table is cut to as many rows as there are steps: then these have their positions."""
    cuts = (e for e in known.step.events if observation.nodes[e.node].bare_name == "slice" and e.inputs)
    ends = (observation.nodes[e.node].argument("end") for e in cuts if _of_a_table(observation, known, e.tensors[0]))
    return any(end is not None and measured(observation, known, end.value) == axis for end in ends)


def _of_a_table(observation: Observation, known: Layouts, tensor: Tensor) -> bool:
    """Whether a tensor is stored, or a part of one that is."""
    makers = (maker for maker in known.step.lineage(tensor.id) if maker.inputs)
    return tensor.id in observation.stored or any(maker.tensors[0].id in observation.stored for maker in makers)
