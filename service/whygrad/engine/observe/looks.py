"""What the numbers of a tensor look like: drawn at random or learnt, written by hand, or laid out by a formula."""

from __future__ import annotations

import torch

from whygrad.engine.facts import Look
from whygrad.engine.observe.measuring import countable

_DIGITS = 6
"""A number of more significant digits was computed, not written."""


_HUGE = 1e30
"""What is larger stands for infinity."""


def look(tensor: torch.Tensor) -> Look | None:
    """How the numbers of a floating tensor look; None where it has none. A corner of a large one tells."""
    if tensor.is_meta or not tensor.is_floating_point() or not tensor.numel() or tensor.layout != torch.strided:
        return None
    corner = countable(tensor.detach()[tuple(slice(0, 64 if tensor.dim() < 3 else 16) for _ in tensor.shape)])
    return Look(
        distinct=torch.unique(corner).numel() / corner.numel(),
        written=_share_written(corner.flatten()),
        smooth=max((_smoothness(corner, axis) for axis in range(corner.dim())), default=0.0),
    )


def _share_written(flat: torch.Tensor) -> float:
    """The share of numbers that a person or a formula wrote: of few digits, or more exact than single precision."""
    exact = flat.double()
    rounded = torch.tensor([float(f"{value:.{_DIGITS}g}") for value in flat.tolist()], dtype=flat.dtype)
    beyond = exact.float().double() != exact
    return float((beyond | (rounded == flat) | (exact.abs() > _HUGE)).float().mean())


def _smoothness(values: torch.Tensor, axis: int) -> float:
    """How much each number tells of its neighbour along an axis: 1 for a ramp or a slow wave, about 0 at random."""
    if values.shape[axis] < 3:
        return 0.0
    lines = values.movedim(axis, -1).flatten(0, -2) if values.dim() > 1 else values[None]
    steps = lines.diff(dim=1)
    if bool(((steps >= 0).all(dim=1) | (steps <= 0).all(dim=1)).all()):
        return 1.0
    centred = lines - lines.mean(dim=1, keepdim=True)
    spread = centred.square().sum()
    return float((centred[:, 1:] * centred[:, :-1]).sum() / spread) if bool(spread > 0) else 1.0
