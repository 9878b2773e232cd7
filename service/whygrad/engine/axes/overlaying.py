"""One number for each sample that lies along another axis, as where a sample has as many features as there are samples.

Operands are lined up from their last axis. So a weight for each sample, (B,), stretches over the features of (B, D)
and fits where D happens to be B. It is told only where nothing else can be meant: the axis under it holds features, or
both operands were computed of the same samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.stretching import COMPARING
from whygrad.engine.observation import Event, Node, Operand, Tensor

_INDICES = frozenset({"int64", "int32"})
_ROLES = ("self", "other")


@dataclass(frozen=True)
class Overlay:
    """The samples of `few` lie on the axis of `many` at `place`, counted from the last."""

    few: Operand
    many: Operand
    place: int


def overlaid(known: Layouts, node: Node, event: Event) -> Overlay | None:
    """An operation whose shorter operand has its samples on another axis of the longer; None if that may be meant."""
    operands = [o for o in event.inputs if o.role in _ROLES]
    if node.bare_name not in COMPARING or len(operands) != 2:
        return None
    few, many = sorted(operands, key=lambda o: len(o.tensor.shape))
    place = _misplaced(known.of(few.tensor), known.of(many.tensor))
    if place is None or few.role in node.writes or not _certain(known, few.tensor, many.tensor, place):
        return None
    return Overlay(few, many, place)


def _misplaced(few: Layout, many: Layout) -> int | None:
    """Where the samples of the shorter operand lie on an axis of the longer that holds none, behind its own samples."""
    place = -len(few)
    if not 0 < len(few) < len(many) or not _of_samples(few[0]) or many[0] != few[0]:
        return None
    return place if length(many[place]) == length(few[0]) and not holds_batch(many[place]) else None


def _of_samples(given: Axis) -> bool:
    return len(given) == 1 and given[0].whole and holds_batch(given) and given[0].size > 1


def _certain(known: Layouts, few: Tensor, many: Tensor, place: int) -> bool:
    """Whether the shorter one holds samples and the axis under it does not."""
    sent, beside = set(_sent(known, few)), {t.id for t in _sent(known, many) if len(t.shape) > 1}
    if _features(known, known.of(many)[place]):
        return len(few.shape) == 1 and any(_tells_samples(known, t) for t in sent)
    return len(many.shape) > 2 and any(t.id in beside for t in sent)


def _tells_samples(known: Layouts, tensor: Tensor) -> bool:
    """Whether the first axis of what was sent must be that of the samples: it has others, or is read as if it had.

    A row of floats may as well hold one number for each feature.
    """
    if not tensor.shape or not _of_samples(known.of(tensor)[0]):
        return False
    return len(tensor.shape) > 1 or tensor.dtype in _INDICES or _as_column(known, tensor)


def _as_column(known: Layouts, tensor: Tensor) -> bool:
    """Whether a row is read as (samples, 1), directly or through what leaves it a row: `t[:, None]`."""
    for event in known.readers[tensor.id]:
        made = event.outputs[0] if event.completed and event.outputs and len(event.tensors) == 1 else tensor
        column = len(made.shape) == 2 and made.shape[1] == 1 and _of_samples(known.of(made)[0])
        if column or (made is not tensor and len(made.shape) == 1 and _as_column(known, made)):
            return True
    return False


def _features(known: Layouts, given: Axis) -> bool:
    """Whether a layer made an axis, or takes it for its features."""
    sources = {piece.source for piece in given}
    return any(source.kind == "made" for source in sources) or bool(sources & known.features)


def _sent(known: Layouts, tensor: Tensor) -> Iterator[Tensor]:
    """What was sent of all that a tensor rests on."""
    maker = known.maker(tensor)
    made = [*(known.step.events[i] for i in known.behind(maker)), maker] if maker is not None else []
    read = {t.id: t for event in made for t in event.tensors} if made else {tensor.id: tensor}
    yield from (t for t in read.values() if known.sent(t))
