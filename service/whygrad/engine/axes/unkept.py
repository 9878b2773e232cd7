"""A statistic of a tensor that is laid along another axis of it than the one it is of, for want of `keepdim=True`.

Shapes are lined up from the last dimension. So `x / x.sum(1)` divides the columns of a square by what its rows add up
to. What goes through a power is none: a graph is divided by the roots of its degrees from both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REDUCING
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands import value

_HELD_AGAINST = frozenset({"div", "true_divide", "sub"})
_HANDING_ON = frozenset({"add", "clamp", "clamp_min", "maximum", "detach", "clone", "to", "prim::TupleUnpack"})
"""What leaves a statistic what it is, but for a little that keeps it from zero."""


@dataclass(frozen=True)
class Unkept:
    """`node` holds a tensor against its own `statistic`, which `reduction` took over dimension `dim`."""

    order: int
    event: Event
    node: Node
    statistic: Operand
    reduction: Node
    dim: int


def unkept(observation: Observation, known: Layouts) -> Iterator[Unkept]:
    """The differences from, and the quotients by, statistics that lie along another axis; each operation once."""
    told = set[int]()
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        whole, own = event.tensors[:1], [o for o in event.inputs if o.role == "other"]
        if not event.completed or node.bare_name not in _HELD_AGAINST or not own or node.id in told:
            continue
        reduction = _reduction(observation, known, own[0])
        dim = _over(observation, reduction) if reduction is not None else None
        if reduction is None or dim is None or reduction.tensors[:1] != whole:
            continue
        if any(size > 1 for size in whole[0].shape[:dim]):
            told.add(node.id)
            yield Unkept(order, event, node, own[0], observation.nodes[reduction.node], dim)


def _reduction(observation: Observation, known: Layouts, statistic: Operand) -> Event | None:
    for maker in known.step.lineage(statistic.tensor.id):
        name = observation.nodes[maker.node].bare_name
        if name in REDUCING:
            return maker
        if name not in _HANDING_ON or len(maker.inputs) != 1:
            return None
    return None


def _over(observation: Observation, reduction: Event) -> int | None:
    """The only dimension that a reduction took away, counted from the first."""
    node, rank = observation.nodes[reduction.node], len(reduction.tensors[0].shape)
    given = value(node, reduction, "dim")
    dims = given if isinstance(given, list) else [given]
    kept = value(node, reduction, "keepdim") is not False
    return dims[0] % rank if not kept and len(dims) == 1 and isinstance(dims[0], int) and rank else None
