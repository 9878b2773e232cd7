"""What each sample has of its own, laid along another axis than that of the samples, where that is as long.

Operands are lined up from their last axis. So a weight for each sample, (B,), stretches over the features of (B, D)
and fits where D happens to be B, and a mask for each, (B, T, T), over the heads of (B, H, T, T). It is told only where
nothing else can be meant: in a loss, whose two shapes are to be equal, or where a layer made the axis under it, the
numbers are surely those of the same samples, and the program holds no samples against one another, as a graph does.
Of several axes only a mask is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise

from whygrad.engine.axes.comparing import COMPARING, LOSSES, Side, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, holds_batch, length, of_one
from whygrad.engine.axes.sampled import PRODUCTS, layered, of_the_same_samples
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operations import MASKED_BY

_BOOL = "bool"
_FAR = 6
"""So many operations are looked back for what a mask was made of."""


@dataclass(frozen=True)
class Overlay:
    """The first axis of `few`, over `samples`, lies along `axis`, at the `place` of `many`, whose first is theirs."""

    few: Side
    many: Side
    samples: Axis
    axis: Axis
    place: int
    in_a_loss: bool


def overlaid(observation: Observation, known: Layouts, node: Node, event: Event) -> Overlay | None:
    """An operation where the samples lie along another axis as long, meant or not."""
    operands = _masking(known, node, event) or sides(observation, known, node, event)
    if operands is None:
        return None
    few, many = sorted(operands, key=lambda side: len(side.tensor.shape))
    place = len(many.tensor.shape) - len(few.tensor.shape)
    if not few.tensor.shape or not place or few.role in node.writes:
        return None
    samples, under = known.of(few.tensor)[0], known.of(many.tensor)[place]
    alike = known.of(many.tensor)[0] == samples and length(under) == length(samples)
    if not alike or not _of_samples(samples) or holds_batch(under):
        return None
    return Overlay(few, many, samples, under, place, node.bare_name in LOSSES)


def _masking(known: Layouts, node: Node, event: Event) -> tuple[Side, Side] | None:
    """A mask, and what it is laid over."""
    role = MASKED_BY.get(node.bare_name, "")
    mask = event.input(role)
    filled = next((o for o in event.inputs if o.role in ("self", "other") and o.tensor.id in known.learned), None)
    if mask is None or filled is None:
        return None
    return Side(node.id, filled.role, 0, filled.tensor, filled.role), Side(node.id, role, 1, mask, role)


def mistaken(observation: Observation, known: Layouts, found: Overlay) -> bool:
    """Whether the samples cannot be meant to lie there.

    One that was sent as long as there are samples may be theirs: a graph, a covariance. So a layer has to have made it.
    """
    if len(found.few.tensor.shape) > 1:
        made = all(piece.source.kind == "made" for piece in found.axis) and _is_mask(known, found.few.tensor)
    else:
        made = found.many.tensor.id in layered(observation, known)
    return found.in_a_loss or (
        made
        and not _against_one_another(observation, known, found)
        and of_the_same_samples(observation, known, found.few.tensor, found.many.tensor)
    )


def _is_mask(known: Layouts, tensor: Tensor) -> bool:
    """Whether a tensor says yes and no, or was made a number of that."""
    makers = islice(known.step.lineage(tensor.id), _FAR)
    return tensor.dtype == _BOOL or any(t.dtype == _BOOL for maker in makers for t in maker.tensors)


def _of_samples(given: Axis) -> bool:
    return len(given) == 1 and given[0].whole and holds_batch(given) and given[0].size > 1


def _against_one_another(observation: Observation, known: Layouts, found: Overlay) -> bool:
    """Whether an execution takes the axis for samples, too."""
    events = _ending_in(observation, known)[found.axis]
    return any(_takes_for_samples(observation, known, found.samples, found.axis, event) for event in events)


@lru_cache(maxsize=8)
def _ending_in(observation: Observation, known: Layouts) -> Mapping[Axis, list[Event]]:
    """The products and comparisons by the last axes of what they read; of those alike, by their axes, the first."""
    found: dict[Axis, dict[object, Event]] = defaultdict(dict)
    for event in known.step.events:
        name = observation.nodes[event.node].bare_name
        if name in PRODUCTS | COMPARING:
            layouts = tuple(known.of(tensor) for tensor in event.tensors)
            for last in {layout[-1] for layout in layouts if layout}:
                found[last].setdefault((name, layouts), event)
    return defaultdict(list, {last: list(events.values()) for last, events in found.items()})


def _takes_for_samples(observation: Observation, known: Layouts, samples: Axis, axis: Axis, event: Event) -> bool:
    """Whether a product sums over the axis and over samples, or a column of them weighs the other end.

    What is taken off each sample, its mean or its largest, says nothing of the other axis.
    """
    name = observation.nodes[event.node].bare_name
    layouts = [known.of(tensor) for tensor in event.tensors]
    others = [a for a in layouts if a[:1] != (samples,) or a[-1:] != (axis,)]
    if name == "einsum":
        return len(others) < len(layouts) and any(samples in a for a in others)
    if name in PRODUCTS:
        return any(a[-1:] == (axis,) and b[-2:][:1] == (samples,) for a, b in pairwise(layouts))
    columns = [a for a in others if a[:1] == (samples,) and len(a) > 1 and all(length(b) == 1 for b in a[1:])]
    return (
        name in COMPARING
        and len(others) < len(layouts)
        and any(name != "sub" or of_one(a[-1]) != "kept" for a in columns)
    )
