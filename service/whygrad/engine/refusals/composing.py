"""Weights that a matrix is computed from, made for another number of what it goes over."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.of_weights import Place, computed_from
from whygrad.engine.edits import Resize
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.wording.origins import parameter_name
from whygrad.engine.wording.phrases import sizes


def composed(observation: Observation, step: Step, tensor: Tensor, place: int, wanted: int) -> Iterator[Fix]:
    """The weights behind an axis of a matrix with `wanted` in place of what they have; a square one stays square."""
    if tensor.id in observation.stored or wanted < 1 or not tensor.shape:
        return
    alone = computed_from(observation, step, tensor, place)
    other = -1 if place % len(tensor.shape) == len(tensor.shape) - 2 else -2
    square = len(tensor.shape) > 1 and place % len(tensor.shape) >= len(tensor.shape) - 2
    beside = computed_from(observation, step, tensor, other) if square and tensor.shape[-1] == tensor.shape[-2] else {}
    both = {**alone, **beside}
    for axes in [both, alone] if alone and len(both) > len(alone) else [alone]:
        fix = _remade(observation, axes, wanted)
        yield from [fix] if fix else []


def _remade(observation: Observation, axes: dict[Place, Tensor], wanted: int) -> Fix | None:
    shapes: dict[str, list[int]] = {}
    for (_, axis), weight in axes.items():
        name = parameter_name(observation, weight)
        if name is None:
            return None
        shapes.setdefault(name, list(weight.shape))[axis] = wanted
    if not shapes:
        return None
    told = " and ".join(f"{name} {sizes(shape)}" for name, shape in sorted(shapes.items()))
    given = next(iter({weight.shape[axis] for (_, axis), weight in axes.items()}))
    return Fix(
        f"make {told}: {wanted} in place of {given}",
        edits=tuple(Resize(name, tuple(shape)) for name, shape in shapes.items()),
    )
