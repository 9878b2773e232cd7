"""What the numbers of a tensor look like: drawn at random or learnt, written by hand, or laid out by a formula.

And which tensors hold each other's numbers, as a copy does, and a moving average nearly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import torch

from whygrad.engine.facts import Look
from whygrad.engine.observe.measuring import countable

_DIGITS = 6
"""A number of more significant digits was computed, not written."""


_HUGE = 1e30
"""What is larger stands for infinity."""


_MANY = 64
"""So many numbers drawn apart are not alike by chance."""


_FOLLOWS = 0.5
"""How much alike numbers are that were a copy once, and are trained or averaged since."""


_EITHER_SIDE = 0.1
"""The share of numbers that lie on the other side of 0, of those that lie about it."""


_STRIP = 32
"""So many rows that stand at right angles do not by chance."""


_EXACT = 1e-4
"""How far rounding leaves the rows of a basis from what they were made to be."""


_SAME = 1 - 1e-9
"""How much alike the same numbers are, as they are computed."""


def look(tensor: torch.Tensor) -> Look | None:
    """How the numbers of a floating tensor look; None where it has none. A corner of a large one tells."""
    if tensor.is_meta or not tensor.is_floating_point() or not tensor.numel() or tensor.layout != torch.strided:
        return None
    corner = _corner(tensor)
    return Look(
        distinct=torch.unique(corner).numel() / corner.numel(),
        written=_share_written(corner.flatten()),
        smooth=max((_smoothness(corner, axis) for axis in range(corner.dim())), default=0.0),
        idle=_idle(corner),
        centred=min(int((corner < 0).sum()), int((corner > 0).sum())) >= _EITHER_SIDE * corner.numel(),
        regular=_is_regular(tensor.detach()),
        number=float(tensor) if tensor.numel() == 1 else None,
    )


def copies(tensors: Iterable[tuple[str, torch.Tensor]]) -> Mapping[str, tuple[str, ...]]:
    """For each matrix those of its shape that hold its numbers, or many and so much alike that they follow them.

    Vectors are alike by chance, biases of zeros and the scales of norms; so is what holds but a single number.
    """
    groups: dict[tuple[int, ...], list[tuple[str, torch.Tensor]]] = defaultdict(list)
    for name, tensor in tensors:
        dense = not tensor.is_meta and tensor.is_floating_point() and tensor.layout == torch.strided
        if dense and tensor.dim() > 1 and tensor.numel() > 2:
            groups[tuple(tensor.shape)].append((name, tensor))
    found: dict[str, tuple[str, ...]] = {}
    for group in groups.values():
        found |= _copies_among([name for name, _ in group], torch.stack([_centred(tensor) for _, tensor in group]))
    return found


def _copies_among(names: list[str], directions: torch.Tensor) -> dict[str, tuple[str, ...]]:
    """The names whose rows of centred numbers of length one point the same way, or nearly where they are many."""
    least = _FOLLOWS if directions.shape[1] >= _MANY else _SAME
    alike = (directions @ directions.T >= least).tolist()
    return {
        name: tuple(other for other, same in zip(names, row, strict=True) if same and other != name)
        for name, row in zip(names, alike, strict=True)
    }


def _centred(tensor: torch.Tensor) -> torch.Tensor:
    """The numbers of a tensor's corner about their mean, as a vector of length one; zeros where all are the same."""
    flat = _corner(tensor).flatten().double()
    return torch.nn.functional.normalize(flat - flat.mean(), dim=0, eps=1e-9)


def _corner(tensor: torch.Tensor) -> torch.Tensor:
    return countable(tensor.detach()[tuple(slice(0, 64 if tensor.dim() < 3 else 16) for _ in tensor.shape)])


def _idle(corner: torch.Tensor) -> float | None:
    first = float(corner.flatten()[0])
    return first if corner.numel() > 1 and first in (0.0, 1.0) and bool((corner == first).all()) else None


def _is_regular(tensor: torch.Tensor) -> bool:
    """Whether a tensor mirrors itself, its rows stand at right angles, or all have one sum or one length."""
    if tensor.dim() < 2:
        return False
    corner = _corner(tensor)
    mirrors = tensor.dim() == 2 and tensor.shape[0] == tensor.shape[1] > 1 and torch.allclose(corner, corner.T)
    return mirrors or _is_upright(tensor.flatten(1)) or any(_is_even(tensor, axis) for axis in range(tensor.dim()))


def _is_upright(matrix: torch.Tensor) -> bool:
    """Whether its rows, or where it is tall its columns, stand at right angles to each other."""
    rows = countable((matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T)[:_STRIP]).double()
    products = rows @ rows.T
    lengths = products.diag()
    return len(rows) > 1 and torch.allclose(products, lengths.diag(), atol=_EXACT * float(lengths.max()))


def _is_even(tensor: torch.Tensor, axis: int) -> bool:
    """Whether all lines along an axis have one sum, as shares have, or one length, as directions and waves have."""
    lines = tensor.movedim(axis, -1)
    lines = countable(lines[tuple(slice(0, _STRIP) for _ in lines.shape[:-1])].flatten(0, -2)).double()
    if min(lines.shape) < 2:
        return False
    sizes = torch.stack([lines.sum(1), lines.square().sum(1)])
    return bool((sizes.amax(1) - sizes.amin(1) <= _EXACT * sizes.abs().amax(1)).any())


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
