"""A cross entropy that is written out, whose scores are normalised along another axis than it sums up.

`-(t * log_softmax(s, d)).sum(e)` is one where `t` are shares along `e`, as those of a softmax or of `one_hot` are: the
sum is over the classes, and only along those do both say how likely each is. `kl_div` is one whose sum is inside.
Where more becomes of the sum than a mean, of what a mask leaves, it may be a weighted one by intent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import SCALING

HANDING_ON = SCALING | {
    "neg",
    "detach",
    "clone",
    "contiguous",
    "flip",
    "roll",
    "to",
    "type_as",
    "float",
    "add",
    "clamp",
}
"""Operations on one tensor that leave its numbers where they are, or in another order, but for sign and scale."""
_AVERAGING = frozenset({"mean", "sum"})
_COMPARING = frozenset({"ne", "eq", "gt", "lt", "ge", "le", "logical_not", "logical_and", "isfinite"})


@dataclass(frozen=True)
class Crosswise:
    """The execution that normalises scores, along which axis, and the axis of the classes; `kind`: of what it is.

    `picks`: the number of one class is picked, where the others sum up what all say.
    """

    event: Event
    normalised: int
    classes: int
    kind: str = "cross entropy"
    picks: bool = False


def crosswise(observation: Observation) -> Iterator[Crosswise]:
    """The cross entropies of the first step that sum up along another axis than their scores are normalised along."""
    for event in observation.first.events:
        if _name(observation, event) in _AVERAGING and event.tensors and event.tensors[0].shape:
            yield from _of_product(observation, event)
        elif _name(observation, event) == "kl_div" and len(event.tensors) == 2 and event.outputs:
            yield from _of_divergence(observation, event)


def both_ways(observation: Observation, found: Crosswise) -> bool:
    """Whether the same scores are normalised along the classes as well: two batches are held against each other."""
    scores, rank = found.event.tensors[0], len(found.event.tensors[0].shape)
    others = (observation.first.events[i] for i in observation.first.readers.get(scores.id, ()))
    normalising = (e for e in others if _name(observation, e) in ("softmax", "log_softmax"))
    along = (value(observation.nodes[e.node], e, "dim") for e in normalising)
    return any(isinstance(dim, int) and dim % rank == found.classes % rank for dim in along)


def _of_product(observation: Observation, summed: Event) -> Iterator[Crosswise]:
    """Logarithms of shares times shares, summed up along the axis of the latter, or along all."""
    product, rank = _origin(observation, summed.tensors[0]), len(summed.tensors[0].shape)
    dims = value(observation.nodes[summed.node], summed, "dim") or list(range(rank))
    if product is None or _name(observation, product) != "mul" or not isinstance(dims, list):
        return
    if not (len(dims) in (1, rank) and only_averaged(observation, summed)):
        return
    factors = [f for f in product.tensors if f.shape == product.outputs[0].shape]
    along = {dim % rank for dim in dims}
    for taken, own in [found for f in factors for found in _logarithms(observation, f)]:
        for wanted in [found for f in factors for found in _shares(observation, f)]:
            over_all = len(dims) > 1 and made_by_a_layer(observation, taken, own % rank)
            if wanted in along and own % rank != wanted and not over_all:
                yield Crosswise(taken, own, dims[0] if len(dims) == 1 else wanted)


def _of_divergence(observation: Observation, event: Event) -> Iterator[Crosswise]:
    """Shares along one axis that are held against shares along another: a layer made the classes along one of them."""
    given, target = event.tensors
    rank = len(given.shape)
    wanted = _shares(observation, target) or [own % rank for _, own in _logarithms(observation, target)]
    for taken, own in _logarithms(observation, given) if given.shape == target.shape else []:
        for dim in wanted:
            if dim != own % rank and not made_by_a_layer(observation, taken, own % rank):
                yield Crosswise(taken, own, dim, "divergence")


def made_by_a_layer(observation: Observation, taken: Event, place: int) -> bool:
    """Whether an axis of a result is the one that a layer made."""
    layout = layouts(observation).of(taken.outputs[0]) if taken.outputs else ()
    return any(piece.source.kind == "made" for axis in layout[place : place + 1] for piece in axis)


def _logarithms(observation: Observation, factor: Tensor) -> list[tuple[Event, int]]:
    """The executions that normalise what a factor is the logarithm of, or takes that from, and along which axis."""
    made = _origin(observation, factor)
    if made is None:
        return []
    if _name(observation, made) in ("sub", "rsub"):
        whole = [t for t in made.tensors if t.shape == factor.shape]
        parts = [_origin(observation, t) for t in whole] if len(whole) > 1 else []
        return [found for part in parts if part is not None for found in logarithm(observation, part)]
    return logarithm(observation, made)


def logarithm(observation: Observation, made: Event) -> list[tuple[Event, int]]:
    """The execution that normalises what another gives the logarithm of, and along which axis."""
    taken: Event | None = made
    if _name(observation, made) == "log" and made.tensors:
        taken = _origin(observation, made.tensors[0])
    name = "softmax" if taken is not made else "log_softmax"
    dim = value(observation.nodes[taken.node], taken, "dim") if taken is not None else None
    return [(taken, dim)] if taken is not None and _name(observation, taken) == name and isinstance(dim, int) else []


def _shares(observation: Observation, factor: Tensor) -> list[int]:
    """The axis along which the numbers of a factor are shares of a whole; none where that is not known.

    A square of ones and zeros may pair each with each, and go either way.
    """
    made = _origin(observation, factor)
    if made is None or not factor.shape:
        return []
    dim = value(observation.nodes[made.node], made, "dim")
    if _name(observation, made) == "one_hot":
        square = len(factor.shape) == 2 and len(set(factor.shape)) == 1
        return [] if square else [len(factor.shape) - 1]
    return [dim % len(factor.shape)] if _name(observation, made) == "softmax" and isinstance(dim, int) else []


def _name(observation: Observation, event: Event) -> str:
    return observation.nodes[event.node].bare_name


def _origin(observation: Observation, tensor: Tensor) -> Event | None:
    """The execution that made the numbers of a tensor, but for their sign, scale and order."""
    passing = (
        made
        for made in observation.first.lineage(tensor.id)
        if _name(observation, made) not in HANDING_ON or len(made.tensors) != 1
    )
    return next(passing, None)


def only_averaged(observation: Observation, summed: Event) -> bool:
    """Whether one number is made of a sum, or of what a mask leaves of it, and nothing else."""
    step, pending, seen = observation.first, [summed], set[int]()
    while pending:
        event = pending.pop()
        if event.outputs and event.outputs[0].elements == 1:
            continue
        made = {t.id for t in event.outputs}
        reading = {i for t in event.outputs for i in step.readers.get(t.id, ())}
        if not reading or not all(_averages(observation, step.events[i], made) for i in reading):
            return False
        pending += [step.events[i] for i in reading - seen]
        seen |= reading
    return True


def _averages(observation: Observation, event: Event, made: set[int]) -> bool:
    """Whether an execution is on the way from losses to their mean."""
    others = [t for t in event.tensors if t.id not in made]
    if _name(observation, event) in ("index", "masked_select", "mul"):
        return all(t.elements == 1 or _is_mask(observation, t) for t in others)
    return _name(observation, event) in HANDING_ON | _AVERAGING


def _is_mask(observation: Observation, tensor: Tensor) -> bool:
    made = _origin(observation, tensor)
    return "bool" in tensor.dtype or (made is not None and _name(observation, made) in _COMPARING)
