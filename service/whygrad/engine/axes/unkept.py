"""A statistic of a tensor that is laid along another axis of it than the one it is of, for want of `keepdim=True`.

Shapes are lined up from the last dimension. So `x / x.sum(1)` divides the columns of a square by what its rows add up
to. What goes through a power is none: a graph is divided by the roots of its degrees from both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands import value

_HELD_AGAINST = frozenset({"div", "true_divide", "sub"})
_STATISTICS = frozenset(
    {"sum", "mean", "nansum", "nanmean", "amax", "amin", "max", "min", "norm", "linalg_vector_norm", "var", "std"}
    | {"logsumexp", "median", "prod"}
)
_HANDING_ON = frozenset({"add", "clamp", "clamp_min", "maximum", "detach", "clone", "to"})
"""What leaves a statistic what it is, but for a little that keeps it from zero."""

_TURNING = frozenset({"t", "transpose", "numpy_T", "mT", "permute"})
_FAR = 6
"""So many operations are looked back for what makes a matrix that is the same turned."""


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
    """The differences from, and the quotients by, statistics that lie along another axis; each operation once.

    Not those of a matrix that is the same turned, whose columns add up to what its rows do.
    """
    reductions, told = dict[int, Event](), set[int]()
    for order, event in enumerate(known.step.events):
        node, name = observation.nodes[event.node], observation.nodes[event.node].bare_name
        if name in _STATISTICS:
            reductions.update((t.id, event) for t in event.outputs[:1])
        elif name in _HANDING_ON and len(event.inputs) == 1 and event.tensors[0].id in reductions:
            reductions.update((t.id, reductions[event.tensors[0].id]) for t in event.outputs)
        statistic = next((o for o in event.inputs if o.role == "other"), None)
        reduction = reductions.get(statistic.tensor.id) if statistic is not None else None
        if statistic is None or reduction is None or name not in _HELD_AGAINST or node.id in told:
            continue
        dim, whole = _over(observation, reduction), event.tensors[0]
        own = reduction.tensors[:1] == (whole,) and event.completed
        if dim and own and any(n > 1 for n in whole.shape[:dim]) and not _same_turned(observation, known, whole):
            told.add(node.id)
            yield Unkept(order, event, node, statistic, observation.nodes[reduction.node], dim)


def _same_turned(observation: Observation, known: Layouts, whole: Tensor) -> bool:
    """Whether a matrix is symmetric, as what holds the same samples against each other is, or `A + A.t()`."""
    layout = known.of(whole)
    if len(layout) == 2 and layout[0] == layout[1]:
        return True
    for maker in islice(known.step.lineage(whole.id), _FAR):
        turned = (known.maker(t) for t in maker.tensors)
        of = {t.id for e in turned if e and observation.nodes[e.node].bare_name in _TURNING for t in e.tensors}
        if of & {t.id for t in maker.tensors}:
            return True
    return False


def _over(observation: Observation, reduction: Event) -> int | None:
    """The only dimension that a reduction took away, counted from the first."""
    node, rank = observation.nodes[reduction.node], len(reduction.tensors[0].shape)
    given = value(node, reduction, "dim")
    dims = given if isinstance(given, list) else [given]
    kept = value(node, reduction, "keepdim") is not False
    return dims[0] % rank if not kept and len(dims) == 1 and isinstance(dims[0], int) and rank else None
