"""Pieces of a split or chunk that are not as many, or not as large, as their names take."""

from __future__ import annotations

from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.refusals.widening import widened


def evenly_cut(observation: Observation, step: Step, piece: Tensor, names: int | None = None) -> Fix | None:
    """The layer before what a piece was cut from, with as many outputs as give a whole piece to each of its `names`.

    A chunk says itself how many pieces are meant. None where it is cut evenly already, or where that is not told.
    """
    makers = step.makers.get(piece.id)
    cut = step.events[makers[0]] if makers else None
    if cut is None or not cut.inputs:
        return None
    node, given = observation.nodes[cut.node], cut.tensors[0]
    axis, chunks, size = (value(node, cut, name) for name in ("dim", "chunks", "split_size"))
    if not isinstance(axis, int) or not -len(given.shape) <= axis < len(given.shape):
        return None
    there = given.shape[axis]
    if isinstance(chunks, int) and names in (None, chunks):
        wanted = -(-there // chunks) * chunks
    else:
        wanted = names * size if names is not None and isinstance(size, int) else there
    return widened(observation, step, given, there, wanted) if wanted != there else None
