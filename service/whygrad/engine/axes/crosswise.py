"""A cross entropy that is written out, whose scores are normalised along another axis than it sums up.

`-(t * log_softmax(s, d)).sum(e)` is one where `t` are shares along `e`: the sum is over the classes, and only along
those do both say how likely each is. Where more becomes of the sum than a mean, it may be a weighted one by intent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import SCALING

_HANDING_ON = SCALING | {"neg", "detach", "clone", "contiguous", "flip", "roll"}
_AVERAGING = frozenset({"mean", "sum"})


@dataclass(frozen=True)
class Crosswise:
    """The execution that takes the logarithm of shares, along which axis, and the axis of the classes."""

    event: Event
    normalised: int
    classes: int


def crosswise(observation: Observation) -> Iterator[Crosswise]:
    """The cross entropies of the first step that sum up along another axis than their scores are normalised along."""
    for summed in observation.first.events:
        dims = value(observation.nodes[summed.node], summed, "dim")
        if (
            _name(observation, summed) != "sum"
            or not isinstance(dims, list)
            or len(dims) != 1
            or not summed.tensors
            or not summed.tensors[0].shape
        ):
            continue
        product = _origin(observation, summed.tensors[0])
        if product is None or _name(observation, product) != "mul" or not _only_averaged(observation, summed):
            continue
        rank = len(summed.tensors[0].shape)
        for taken, own in _along(observation, product, "log_softmax"):
            for _, wanted in _along(observation, product, "softmax"):
                if wanted % rank == dims[0] % rank != own % rank:
                    yield Crosswise(taken, own, dims[0])


def _along(observation: Observation, product: Event, name: str) -> Iterator[tuple[Event, int]]:
    """The executions of an operation that made a factor of a product, a whole one, and the axis that each is given."""
    for factor in product.tensors:
        made = _origin(observation, factor)
        dim = value(observation.nodes[made.node], made, "dim") if made is not None else None
        whole = factor.shape == product.outputs[0].shape
        if whole and made is not None and _name(observation, made) == name and isinstance(dim, int):
            yield made, dim


def _name(observation: Observation, event: Event) -> str:
    return observation.nodes[event.node].bare_name


def _origin(observation: Observation, tensor: Tensor) -> Event | None:
    """The execution that made the numbers of a tensor, but for their sign, scale and order."""
    passing = (
        made
        for made in observation.first.lineage(tensor.id)
        if _name(observation, made) not in _HANDING_ON or len(made.tensors) != 1
    )
    return next(passing, None)


def _only_averaged(observation: Observation, summed: Event) -> bool:
    """Whether one number is made of a sum, and nothing else."""
    step, pending, seen = observation.first, [summed], set[int]()
    while pending:
        event = pending.pop()
        if event.outputs and event.outputs[0].elements == 1:
            continue
        reading = {i for t in event.outputs for i in step.readers.get(t.id, ())}
        if not reading or any(_name(observation, step.events[i]) not in _HANDING_ON | _AVERAGING for i in reading):
            return False
        pending += [step.events[i] for i in reading - seen]
        seen |= reading
    return True
