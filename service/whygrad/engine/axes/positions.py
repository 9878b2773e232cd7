"""Positions that are counted over the samples of a batch, where the steps of a sample stand second.

A table of them is cut by the number of samples, or numbers are counted up to it. Where they lie along the samples, all
steps of one get the position of its place in the batch; of one sample all steps get the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from whygrad.engine.axes.counting import Counted, counted, place_of
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.sequences import steps_second
from whygrad.engine.edits import Edit, Give, Replace, Wrap
from whygrad.engine.observation import Event, Node, Observation, Operand


@dataclass(frozen=True)
class Placed:
    """`table` lies along the samples of `given`, or holds one row, of as many as `counted` counted the samples.

    `turned` laid it along the samples, where it was not made so; `repeated` are the nodes that then lay it there often.
    """

    given: Operand
    table: Operand
    counted: Counted
    along_samples: bool
    turned: Node | None
    repeated: tuple[Node, ...]

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.given.tensor.shape[0]

    @property
    def steps(self) -> int:
        """How many steps each sample has."""
        return self.given.tensor.shape[1]

    @property
    def flipped(self) -> bool:
        """Whether the table has to be turned where it is added, since nothing turned it before."""
        return self.along_samples and self.turned is None

    def edits(self, node: Node) -> Iterator[Edit]:
        """The rows counted by the steps, and turned so that they lie along them."""
        yield Give(self.counted.node.id, "end", self.steps)
        if self.flipped:
            yield Wrap(node.id, self.table.role, "x.transpose(0, 1)")
        elif self.turned is not None and self.turned.bare_name == "unsqueeze":
            yield Give(self.turned.id, "dim", 0)
        elif self.turned is not None:
            yield Replace(self.turned.id, "self.unsqueeze(0)")
        for again in self.repeated if self.turned is not None else ():
            yield Wrap(again.id, "repeats", f"[{self.samples}, x[0]] + x[2:]")


def placed(observation: Observation, known: Layouts, order: int) -> Placed | None:
    """A sum in which positions that were counted over the samples meet samples in front; None where that is not plain.

    What follows says that the samples are in front.
    """
    event = known.step.events[order]
    if observation.nodes[event.node].bare_name != "add" or len(event.inputs) != 2:
        return None
    for given, table in permutations(event.inputs):
        for found in _meeting(observation, known, event, given, table):
            if steps_second(observation, known, order, known.of(given.tensor)[1]):
                return found
    return None


def _meeting(
    observation: Observation, known: Layouts, event: Event, given: Operand, table: Operand
) -> Iterator[Placed]:
    """What counted the rows that a sum adds to (samples, steps, features) as if each sample had a position."""
    layout, rows = known.of(given.tensor), known.of(table.tensor)
    if len(layout) != 3 or len(rows) > 3 or not holds_batch(layout[0]) or holds_batch(layout[1]):
        return
    rows = ((),) * (3 - len(rows)) + rows
    for place, axis in enumerate(rows[:2]):
        if length(layout[1]) == 1 or not _lies_so(event, layout, rows, place):
            continue
        found = counted(observation, known, table.tensor, axis)
        turned = _turned(observation, known, found, axis) if found is not None and place == 0 else None
        if found is not None and _over_samples(observation, found, layout, made_so=place == 0 and turned is None):
            nodes = (observation.nodes[event.node] for event in found.way)
            yield Placed(given, table, found, place == 0, turned, tuple(n for n in nodes if n.bare_name == "repeat"))


def _lies_so(event: Event, layout: Layout, rows: Layout, place: int) -> bool:
    """Whether rows lie along the samples alone; of a single sample, whether there is one for all steps."""
    single = event.completed and length(layout[0]) == 1
    alike = length(rows[1]) == 1 or all(piece.source.kind == "repeated" for piece in rows[1])
    return alike and (single or (place == 0 and length(rows[0]) > 1))


def _turned(observation: Observation, known: Layouts, found: Counted, rows: Axis) -> Node | None:
    """What put an axis of one behind the rows, so that they lie along the samples."""
    for event in found.way:
        node = observation.nodes[event.node]
        before = any(_followed_by_one(known.of(tensor), rows) for tensor in event.tensors)
        if _followed_by_one(known.of(event.outputs[0]), rows) and not before:
            return node if node.bare_name in ("unsqueeze", "view", "reshape") else None
    return None


def _followed_by_one(layout: Layout, rows: Axis) -> bool:
    place = place_of(layout, rows)
    return place is not None and place + 1 < len(layout) and length(layout[place + 1]) == 1


def _over_samples(observation: Observation, found: Counted, layout: Layout, *, made_so: bool) -> bool:
    """Whether rows were counted over samples that are no things of their own: a table has a row for each of those.

    One that was `made_so` has an axis of one between its rows and their features.
    """
    samples = length(layout[0])
    over = found.axis == layout[0] or (samples > 1 and found.axis == layout[1])
    if made_so and samples > 1:
        return found.node.bare_name == "slice" and (over or found.size == samples)
    burnt_in = observation.exported and samples > 1 and found.axis is None and found.size == samples
    return (over or burnt_in) and (found.held is None or found.held > samples)
