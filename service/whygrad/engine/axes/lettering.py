"""The letters of an einsum held against the axes that they stand for: the sizes alone may fit in several orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Kind
from whygrad.engine.observation import Event
from whygrad.engine.operands.subscripts import Equation

_SAYING_NOTHING: frozenset[Kind] = frozenset({"weight", "new", "mixed", "unknown"})


def likely(known: Layouts, event: Event, fitting: Sequence[Equation]) -> Equation | None:
    """The only one of several equations whose letters stand for axes of one kind in all operands."""
    telling = [e for e in fitting if _agrees(known, event, e)] if len(fitting) > 1 else list(fitting)
    return telling[0] if len(telling) == 1 else None


def _agrees(known: Layouts, event: Event, written: Equation) -> bool:
    """Whether each letter stands for heads, features or samples alone, wherever it is."""
    kinds: dict[str, set[Hashable]] = defaultdict(set)
    for tensor, letters in zip(event.tensors, written.subscripts, strict=False):
        for letter, axis in zip(letters, known.of(tensor), strict=False):
            kinds[letter] |= _kind(axis)
    return all(len(found) < 2 for found in kinds.values())


def _kind(axis: Axis) -> set[Hashable]:
    """What an axis is in whichever tensor: features in steps of 4 are heads. Nothing where that is not known."""
    if any(piece.source.kind in _SAYING_NOTHING for piece in axis):
        return set()
    return {tuple((p.source.kind, p.source.batch, p.stride) for p in axis)} if axis else set()
