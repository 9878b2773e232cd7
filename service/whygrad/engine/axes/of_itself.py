"""A mean, a sum or another statistic of a tensor that is held against this tensor, and lies along other axes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REDUCING
from whygrad.engine.axes.pairing import merely_summed
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import SCALING, SHIFTING


@dataclass(frozen=True)
class Misplaced:
    """`statistic` is of `whole`, and would lie along it in the shape `kept`; as it is, it makes more of it."""

    order: int
    node: Node
    event: Event
    whole: Operand
    statistic: Operand
    kept: tuple[int, ...]


def misplaced(observation: Observation, known: Layouts) -> Iterator[Misplaced]:
    """The statistics by which a tensor becomes more than it was, where they would only move or scale it.

    Not where all are held against all of them, and told apart by what follows.
    """
    told = set[int]()
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        if node.bare_name not in SHIFTING | SCALING or len(event.inputs) != 2 or not event.outputs or node.id in told:
            continue
        for whole, statistic in (event.inputs, event.inputs[::-1]):
            larger = event.outputs[0].elements > whole.tensor.elements > statistic.tensor.elements > 1
            kept = _kept(observation, known, whole.tensor, statistic.tensor) if larger else None
            if kept is not None and merely_summed(observation, known, event):
                told.add(node.id)
                yield Misplaced(order, node, event, whole, statistic, kept)


def _kept(observation: Observation, known: Layouts, whole: Tensor, statistic: Tensor) -> tuple[int, ...] | None:
    """The shape of a statistic that keeps the axes of what it is of; None where it is of something else."""
    for maker in known.step.lineage(statistic.id):
        if not maker.outputs or maker.outputs[0].elements != statistic.elements or not maker.inputs:
            return None
        node, given = observation.nodes[maker.node], maker.tensors[0]
        if node.bare_name in REDUCING and given.id == whole.id:
            dims = value(node, maker, "dim")
            along = {d % len(given.shape) for d in (dims if isinstance(dims, list) else [dims]) if isinstance(d, int)}
            kept = tuple(1 if place in along else size for place, size in enumerate(given.shape))
            return kept if along and kept != statistic.shape else None
    return None
