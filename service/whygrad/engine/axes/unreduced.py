"""Views that put steps, frames or heads of each sample among the samples, where nothing takes them together again.

A loss then has several predictions for each of its targets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import meant
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, joined, length, sizes_without
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands.targets import Compared, compared

_MANY = 8
"""The dimensions of a tensor of which all sets are gone through."""
_BY_HAND = frozenset({"sub", "rsub"})


@dataclass(frozen=True)
class Unreduced:
    """The view at `order` put the dimensions `parts` among the samples, which it found in dimension `batch`.

    There are no parts where it cut a dimension in two. `mixed`: it also regrouped what is left of each sample. `loss`
    holds `given`, several predictions for each sample, against `target`, which has one of each.
    """

    order: int
    view: Event
    loss: Event
    given: Operand
    target: Operand
    batch: int
    parts: tuple[int, ...]
    mixed: bool

    @property
    def samples(self) -> int:
        """How many samples there are."""
        return self.target.tensor.shape[0]

    @property
    def times(self) -> int:
        """How many predictions there are for each."""
        return self.given.tensor.shape[0] // self.samples

    @property
    def outermost(self) -> bool:
        """Whether the predictions of one sample stand one behind the other."""
        return not self.parts or self.batch < self.parts[0]

    @property
    def rest(self) -> tuple[int, ...]:
        """The sizes of one sample without those parts."""
        return sizes_without(self.view.tensors[0].shape, (self.batch, *self.parts))


def unreduced(observation: Observation, known: Layouts) -> Iterator[Unreduced]:
    """The views behind losses, and differences to what was sent, that have several predictions for each target."""
    for loss in known.step.events:
        for pair in _compared(known, observation.nodes[loss.node], loss):
            if _several(observation, known, loss, pair):
                yield from _behind(observation, known, loss, pair.input, pair.target)


def _compared(known: Layouts, node: Node, event: Event) -> Iterator[Compared]:
    """What a loss compares; of a difference that was refused either operand may be sent to be compared with."""
    loss = compared(node, event)
    if loss is not None:
        yield loss
    elif node.bare_name in _BY_HAND and not event.completed and len(event.inputs) > 1:
        both = event.inputs[:2]
        yield from (Compared(one, other, None) for one, other in (both, both[::-1]) if known.sent(other.tensor))


def _several(observation: Observation, known: Layouts, loss: Event, pair: Compared) -> bool:
    """Whether there are several predictions for each target, where one of each would fit.

    One target may be meant for all predictions, where the loss takes it so. A row that is flattened was to be more.
    """
    given, target = pair.input.tensor, pair.target.tensor
    if not given.shape or not target.shape or target.shape[0] < (2 if loss.completed else 1):
        return False
    first = known.of(target)[0]
    sent = len(first) == 1 and first[0].whole and first[0].source.kind == "input"
    times, over = divmod(given.shape[0], target.shape[0])
    one = replace(given, shape=(target.shape[0], *given.shape[1:]))
    fits = replace(pair, input=replace(pair.input, tensor=one)).fits or one.shape == (*target.shape, 1)
    return sent and times > 1 and not over and fits and not _flattened(observation, known, target)


def _flattened(observation: Observation, known: Layouts, row: Tensor) -> bool:
    """Whether a row was regrouped, and was a row before."""
    makers = (e for e in known.step.lineage(row.id) if e.inputs and e.outputs)
    rows = (e for e in makers if len(e.tensors[0].shape) == len(e.outputs[0].shape) == 1)
    return any(observation.nodes[e.node].bare_name in REGROUPING for e in rows)


def _scores_of_maps(view: Event) -> bool:
    """Whether it lists the scores of all places of a map: of larger images than the layers take there are several."""
    return len(view.outputs[0].shape) == 1 and len(view.tensors[0].shape) > 3


def _behind(
    observation: Observation, known: Layouts, loss: Event, given: Operand, target: Operand
) -> Iterator[Unreduced]:
    """The view that made the first axis of a prediction, where the samples had an axis of their own before."""
    axis, samples = known.of(given.tensor)[0], target.tensor.shape[0]
    for order in sorted(known.behind(loss), reverse=True):
        view = known.step.events[order]
        node = observation.nodes[view.node]
        if node.bare_name not in REGROUPING or known.of(view.outputs[0])[:1] != (axis,) or _scores_of_maps(view):
            continue
        before = known.of(view.tensors[0])
        if axis in before:
            continue
        batch = _samples(before, samples)
        if batch is not None and not observation.in_library(node.id):
            parts, mixed = _parts(before, known.of(view.outputs[0]), batch, meant(observation, known, node))
            if parts or not mixed:
                yield Unreduced(order, view, loss, given, target, batch, parts, mixed)
        return


def _samples(before: Layout, samples: int) -> int | None:
    """The dimension that has the samples: one that is known to hold them, or else the only one with as many."""
    alike = [i for i, a in enumerate(before) if len(a) == 1 and a[0].whole and length(a) == samples]
    batch = [i for i in alike if holds_batch(before[i])]
    sent = [i for i in alike if before[i][0].source.kind == "input"]
    return batch[0] if batch else sent[0] if len(sent) == 1 else None


def _parts(before: Layout, after: Layout, batch: int, read: list[Axis | None]) -> tuple[tuple[int, ...], bool]:
    """The dimensions that were put among the samples, and whether the view also regrouped the others.

    Those whose sizes were read for dimensions behind were meant to stay.
    """
    folded, left_out = _folded(before, after, batch), _left_out(before, after) if batch == 0 else []
    found = [*folded, *left_out]
    parts = next((some for some in found if not any(before[i] in read for i in some)), (*found, ())[0])
    return parts, any(map(_mixed, after[1:])) or (parts not in folded and parts != ())


def _folded(before: Layout, after: Layout, batch: int) -> list[tuple[int, ...]]:
    """The dimensions that lie beside the samples and of which the first is made now, as they lie."""
    lasts = range(max(batch, 1), len(before))
    last = next((n for n in lasts if _solid(joined([p for a in before[: n + 1] for p in a])) == _solid(after[0])), None)
    return [] if last is None else [tuple(i for i in range(last + 1) if i != batch)]


def _left_out(before: Layout, after: Layout) -> list[tuple[int, ...]]:
    """The dimensions without which the sizes are those behind the samples now."""
    sizes, behind = tuple(map(length, before)), tuple(map(length, after[1:]))
    few = range(1, len(sizes)) if len(sizes) <= _MANY else ()
    some = (each for number in range(1, len(sizes)) for each in combinations(few, number))
    return [each for each in some if sizes_without(sizes, (0, *each)) == behind]


def _solid(given: Axis) -> Axis:
    return tuple(p for p in given if p.size > 1)


def _mixed(given: Axis) -> bool:
    """Whether an axis runs through a part of one and through another."""
    torn = len(given) > 1 and not all(p.whole for p in given)
    return torn or any(p.source.kind == "mixed" for p in given)
