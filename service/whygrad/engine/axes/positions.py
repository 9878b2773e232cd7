"""A table of positions that is cut by the number of samples and added along them, where the steps stand second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.attention import pooled
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.edits import Edit, Give, Wrap
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands import value


@dataclass(frozen=True)
class Placed:
    """`table` lies along the samples of `given`; `cut` is the slice that took as many rows as there are samples."""

    given: Operand
    table: Operand
    cut: Node

    @property
    def steps(self) -> int:
        """How many steps each sample has."""
        return self.given.tensor.shape[1]

    def edits(self, node: Node) -> tuple[Edit, ...]:
        """The table cut by the steps, and turned so that it lies along them."""
        turned = Wrap(node.id, self.table.role, "x.transpose(0, 1)")
        return Give(self.cut.id, "end", self.steps), turned


def placed(observation: Observation, known: Layouts, order: int) -> Placed | None:
    """A sum in which a table made for steps in front meets samples in front; None where that is not plain.

    What follows says that the samples are in front.
    """
    event = known.step.events[order]
    node = observation.nodes[event.node]
    if node.bare_name != "add" or len(event.inputs) != 2:
        return None
    for given, table in (event.inputs, event.inputs[::-1]):
        if _along_samples(known.of(given.tensor), known.of(table.tensor)):
            cuts = _cuts(observation, known, table)
            cut = next((n for n, e in cuts if value(n, e, "end") == given.tensor.shape[0]), None)
            sure = cut is not None and _steps_second(observation, known, order, known.of(given.tensor)[1])
            return Placed(given, table, cut) if cut is not None and sure else None
    return None


def _along_samples(given: Layout, table: Layout) -> bool:
    """Whether (rows, 1, features) of a weight or buffer lies on (samples, steps, features)."""
    if not len(given) == len(table) == 3 or not holds_batch(given[0]) or holds_batch(given[1]):
        return False
    rows = length(table[0]) > 1 and all(piece.source.kind == "weight" for piece in table[0])
    return rows and length(table[1]) == 1 < length(given[1])


def _cuts(observation: Observation, known: Layouts, table: Operand) -> Iterator[tuple[Node, Event]]:
    """The slices along the first dimension between a weight or buffer and what is left of it."""
    tensor = table.tensor
    while (maker := known.maker(tensor)) is not None and observation.nodes[maker.node].bare_name == "slice":
        node, tensor = observation.nodes[maker.node], maker.tensors[0]
        if value(node, maker, "dim") == 0:
            yield node, maker


def _steps_second(observation: Observation, known: Layouts, order: int, steps: Axis) -> bool:
    """Whether what follows takes the second dimension for the steps: it attends along it, or pools it."""
    if not known.step.events[order].completed:
        return any(_takes_steps_second(node) for node in observation.nodes)
    if pooled(observation, known, order):
        return True
    for event in known.step.events[order + 1 :]:
        node = observation.nodes[event.node]
        recurs = node.bare_name in RECURRENT and value(node, event, "batch_first", False)
        attends = node.bare_name == "scaled_dot_product_attention" and known.of(event.tensors[1])[-2:][:1] == (steps,)
        if (recurs or attends) and order in known.behind(event):
            return True
    return False


def _takes_steps_second(node: Node) -> bool:
    """Whether an operation that has not run will take the second dimension for the steps."""
    if node.bare_name in RECURRENT:
        return bool(node.literal("batch_first"))
    return node.bare_name == "select" and node.literal("dim") == 1 and node.literal("index") == -1
