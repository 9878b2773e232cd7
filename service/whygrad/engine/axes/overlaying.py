"""One number for each sample that lies along the features, as where a sample has as many features as there are samples.

Operands are lined up from their last axis. So a weight for each sample, (B,), stretches over the features of (B, D)
and fits where D happens to be B. It is told only where nothing else can be meant: in a loss, whose two shapes are to be
equal, or where a layer made the axis under it, the numbers are surely those of the same samples, and the program holds
no samples against one another, as a graph does.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from whygrad.engine.axes.comparing import COMPARING, LOSSES, Side, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, holds_batch, length, of_one
from whygrad.engine.observation import Event, Node, Observation, Tensor

_INDICES = frozenset({"int64", "int32"})
_PRODUCTS = frozenset({"matmul", "mm", "bmm", "mv", "addmm", "baddbmm", "einsum"})
_LOOK_UPS = frozenset({"embedding", "index", "index_select", "gather"})


@dataclass(frozen=True)
class Overlay:
    """`few`, a row over `samples`, lies along `axis`, the last of `many`, whose first is that of the samples."""

    few: Side
    many: Side
    samples: Axis
    axis: Axis
    in_a_loss: bool


def overlaid(observation: Observation, known: Layouts, node: Node, event: Event) -> Overlay | None:
    """An operation where a row over the samples lies along another axis as long, meant or not."""
    operands = sides(observation, known, node, event)
    if operands is None:
        return None
    few, many = sorted(operands, key=lambda side: len(side.tensor.shape))
    if len(few.tensor.shape) != 1 or len(many.tensor.shape) < 2 or few.role in node.writes:
        return None
    (samples,), (first, *_, last) = known.of(few.tensor), known.of(many.tensor)
    alike = first == samples and length(last) == length(samples)
    if not alike or not _of_samples(samples) or holds_batch(last):
        return None
    return Overlay(few, many, samples, last, node.bare_name in LOSSES)


def mistaken(observation: Observation, known: Layouts, found: Overlay) -> bool:
    """Whether the samples cannot be meant to lie there."""
    return found.in_a_loss or (
        _made_by_a_layer(observation, known, found)
        and not any(_against_one_another(observation, known, found, event) for event in known.step.events)
        and _of_the_same_samples(observation, known, found)
    )


def _of_samples(given: Axis) -> bool:
    return len(given) == 1 and given[0].whole and holds_batch(given) and given[0].size > 1


def _made_by_a_layer(observation: Observation, known: Layouts, found: Overlay) -> bool:
    """Whether a layer made the last axis of the longer operand, or of what it was elementwise computed of.

    One that was sent as long as there are samples may be theirs: a graph, a covariance.
    """
    pending, seen = [found.many.tensor], set[int]()
    while pending:
        tensor = pending.pop()
        if tensor.id in seen or tensor.shape != found.many.tensor.shape or known.of(tensor)[0] != found.samples:
            continue
        seen.add(tensor.id)
        if all(piece.source.kind == "made" for piece in known.of(tensor)[-1]):
            return True
        maker = known.maker(tensor)
        if maker and (len(maker.tensors) == 1 or observation.nodes[maker.node].bare_name in COMPARING | LOSSES):
            pending += maker.tensors
    return False


def _against_one_another(observation: Observation, known: Layouts, found: Overlay, event: Event) -> bool:
    """Whether an execution takes the axis for samples, too: a product sums over them, or a column weighs the other end.

    What is taken off each sample, its mean or its largest, says nothing of the other axis.
    """
    name = observation.nodes[event.node].bare_name
    layouts = [known.of(tensor) for tensor in event.tensors]
    others = [a for a in layouts if a[:1] != (found.samples,) or a[-1:] != (found.axis,)]
    if name == "einsum":
        return len(others) < len(layouts) and any(found.samples in a for a in others)
    if name in _PRODUCTS:
        return any(a[-1:] == (found.axis,) and b[-2:][:1] == (found.samples,) for a, b in pairwise(layouts))
    columns = [a for a in others if a[:1] == (found.samples,) and len(a) > 1 and all(length(b) == 1 for b in a[1:])]
    return (
        name in COMPARING
        and len(others) < len(layouts)
        and any(name != "sub" or of_one(a[-1]) != "kept" for a in columns)
    )


def _of_the_same_samples(observation: Observation, known: Layouts, found: Overlay) -> bool:
    """Whether the row has its axis from what the longer operand has it from, or from a row that is one over samples."""
    whole = {t.id for t in _origins(observation, known, found.many.tensor, found.samples) if len(t.shape) > 1}
    return any(
        t.id in whole
        or _looks_up(observation, known, t)
        or (len(t.shape) == 1 and _beside(observation, known, t, whole))
        for t in _origins(observation, known, found.few.tensor, found.samples)
    )


def _origins(observation: Observation, known: Layouts, tensor: Tensor, samples: Axis) -> list[Tensor]:
    """What was sent of all that a tensor has its first axis from; of a product that is the left one."""
    pending, seen = [tensor], dict[int, Tensor]()
    while pending:
        one = pending.pop()
        if one.id in seen or known.of(one)[:1] != (samples,):
            continue
        seen[one.id] = one
        maker = known.maker(one)
        if maker is not None:
            pending += maker.tensors[:1] if observation.nodes[maker.node].bare_name in _PRODUCTS else maker.tensors
    return [t for t in seen.values() if known.sent(t)]


def _looks_up(observation: Observation, known: Layouts, row: Tensor) -> bool:
    """Whether a row says which entries of a table to take, as steps of noise and labels do: `self.snr[t]`."""
    if len(row.shape) != 1 or row.dtype not in _INDICES:
        return False
    reading = [e for e in known.readers[row.id] if observation.nodes[e.node].bare_name in _LOOK_UPS]
    tables = ([known.of(o.tensor) for o in e.inputs if not o.role.startswith("ind")] for e in reading)
    return any(table and not any(holds_batch(a) for layout in table for a in layout) for table in tables)


def _beside(observation: Observation, known: Layouts, row: Tensor, whole: AbstractSet[int]) -> bool:
    """Whether a row stands as a column beside the features of one of `whole`: `torch.cat([x, t[:, None]], 1)`.

    As many features as samples might be samples again, as in a covariance.
    """
    (samples,) = known.of(row)
    for event in (e for column in _columns(known, row) for e in known.readers[column.id]):
        given = {o.id for t in event.tensors for o in _origins(observation, known, t, samples)}
        layouts = [known.of(made) for made in event.outputs]
        if given & whole and any(len(a) == 2 and length(a[1]) not in (1, length(a[0])) for a in layouts):
            return True
    return False


def _columns(known: Layouts, row: Tensor) -> Iterator[Tensor]:
    """The columns that a row becomes, directly or through what leaves it a row."""
    pending, seen = [row], set[int]()
    while pending:
        tensor = pending.pop()
        if tensor.id in seen or known.of(tensor)[:1] != known.of(row) or not set(tensor.shape[1:]) <= {1}:
            continue
        seen.add(tensor.id)
        if len(tensor.shape) == 2:
            yield tensor
        pending += (made for e in known.readers[tensor.id] if len(e.tensors) == 1 for made in e.outputs)
