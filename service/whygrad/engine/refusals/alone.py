"""Squeezes that name the dimension of the batch: they do nothing until it holds a single sample, and then it is gone.

One sample may be taken out of its batch on purpose. So what follows has to want the batch: what was refused, or is
stretched by a loss, would fit with it, and all before that would have taken it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REGROUPING, dropped
from whygrad.engine.axes.pieces import Axis, holds_batch, sizes_without
from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.targets import compared
from whygrad.engine.operations import METADATA
from whygrad.engine.refusals.causes import Cause, Evidence, cause_of
from whygrad.engine.refusals.failures import Failure

_NAMING = ("dim", "dims", "dim0", "dim1", "axis")
_OF_ONE_RANK: frozenset[Cause] = frozenset({"join", "stretch", "recurrent"})


@dataclass(frozen=True)
class Squeeze:
    """The execution at `order` of a squeeze that names `batch`, and what dimensions besides.

    `instead` is another of size 1 that was to go in its place; None where none was.
    """

    order: int
    event: Event
    batch: int
    besides: tuple[int, ...] = ()
    instead: int | None = None

    @property
    def goes(self) -> tuple[int, ...]:
        """The dimensions that should go."""
        return self.besides if self.instead is None else (self.instead,)

    @property
    def place(self) -> int:
        """Where the batch should stand in the result."""
        return self.batch - len([i for i in self.goes if i < self.batch])


@dataclass(frozen=True)
class Alone:
    """The squeezes that took from `judged` the batch that it wants; None where only a loss further on misses it."""

    squeezes: tuple[Squeeze, ...]
    judged: Event | None


def batch_dropped(
    observation: Observation, known: Layouts, failed: Failure | None, missing: Mapping[Axis, set[int]]
) -> Alone | None:
    """The squeezes because of which something was refused, or is stretched by a loss; None where none are.

    `missing` are the axes that losses miss, and the executions behind those.
    """
    found = list(_squeezes(observation, known))
    for judged in _judged(observation, known, failed) if found else ():
        behind = known.behind(judged)
        own = [squeeze for squeeze in found if squeeze.order in behind]
        for some in (*([one] for one in own), own, *([other] for one in own for other in _instead(one))):
            tried = _Tried(observation, known, some).event(judged) if some else None
            if tried is not None and _fits(observation, failed, judged, tried):
                return Alone(tuple(some), judged)
    missed = (s for s in found if s.order in missing.get(known.of(s.event.tensors[0])[s.batch], ()))
    return next((Alone((squeeze,), None) for squeeze in missed if failed is None), None)


def _squeezes(observation: Observation, known: Layouts) -> Iterator[Squeeze]:
    batches, steps = _sequences(observation, known)
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        if node.bare_name != "squeeze" or node.argument("dim") is None or node.writes:
            continue
        if not event.tensors or not event.outputs:
            continue
        layout, gone = known.of(event.tensors[0]), dropped(node, event)
        samples = [i for i in gone if holds_batch(layout[i]) or layout[i] in batches]
        batch = next((i for i in samples if layout[i] not in steps and not known.cut(layout[i])), None)
        if batch is not None and not observation.in_library(node.id):
            yield Squeeze(order, event, batch, tuple(i for i in gone if i != batch))


def _sequences(observation: Observation, known: Layouts) -> tuple[set[Axis], set[Axis]]:
    """The axes of one that recurrent layers take for the batch, and those that they take for the steps."""
    found: tuple[set[Axis], set[Axis]] = (set(), set())
    for event in known.step.events:
        node, given = observation.nodes[event.node], event.input("input")
        if node.bare_name in RECURRENT and given is not None and len(given.shape) == 3:
            axes = known.of(given)[:2]
            for axis, kind in zip(axes if value(node, event, "batch_first", False) else axes[::-1], found, strict=True):
                kind.add(axis)
    return found


def _instead(squeeze: Squeeze) -> Iterator[Squeeze]:
    """The same of every other dimension of size 1."""
    sizes = enumerate(squeeze.event.tensors[0].shape)
    places = [i for i, n in sizes if n == 1 and i not in (squeeze.batch, *squeeze.besides)]
    yield from (replace(squeeze, instead=i) for i in places if not squeeze.besides)


def _judged(observation: Observation, known: Layouts, failed: Failure | None) -> Iterator[Event]:
    """What was refused; else the losses that stretch both of what they compare."""
    if failed is not None:
        if failed.event is not None and failed.node is not None and failed.step is known.step:
            yield failed.event
        return
    for event in known.step.events:
        pair = compared(observation.nodes[event.node], event)
        if pair is not None and event.completed and event.outputs:
            most = max(pair.input.tensor.elements, pair.target.tensor.elements)
            if event.outputs[0].elements > most:
                yield event


class _Tried:
    """The step as it would have gone with the batch: the shapes that what came of some squeezes would have had."""

    def __init__(self, observation: Observation, known: Layouts, squeezes: Sequence[Squeeze]) -> None:
        self._observation = observation
        self._known = known
        self._squeezes = {squeeze.order: squeeze for squeeze in squeezes}
        self._shapes: dict[int, tuple[int, ...]] = {}

    def event(self, judged: Event) -> Event | None:
        """An execution as it would have been; None where one before it would not have been, or tells nothing."""
        for order, event in enumerate(self._known.step.events):
            node = self._observation.nodes[event.node]
            if event is judged:
                return self._otherwise(event) if self._reaches(event) else None
            if order in self._squeezes:
                shape = event.tensors[0].shape
                self._shapes[event.outputs[0].id] = sizes_without(shape, self._squeezes[order].goes)
            elif node.op not in METADATA and self._reaches(event) and not _gives_back(event):
                tried = self._otherwise(event)
                made = {t.id: self._made(node, tried, t, judged) for t in event.outputs}
                if None in made.values() or _cause(self._observation, node, tried) != "other":
                    return None
                self._shapes.update({number: shape for number, shape in made.items() if shape is not None})
        return None

    def _reaches(self, event: Event) -> bool:
        return any(t.id in self._shapes for t in event.tensors)

    def _otherwise(self, event: Event) -> Event:
        shaped = (replace(o.tensor, shape=self._shapes.get(o.tensor.id, o.tensor.shape)) for o in event.inputs)
        return replace(event, inputs=tuple(replace(o, tensor=t) for o, t in zip(event.inputs, shaped, strict=True)))

    def _made(self, node: Node, tried: Event, made: Tensor, judged: Event) -> tuple[int, ...] | None:
        """The shape of what an execution would have made; None where it names a dimension, and the squeeze is meant.

        Within the index that was refused it may, and to squeeze it.
        """
        given, dim, place = tried.tensors[0].shape, value(node, tried, "dim"), self._observation.place
        within = node.bare_name == "select" and place(node.id) == place(judged.node)
        if isinstance(dim, int) and -len(given) <= dim < len(given) and (within or node.bare_name == "squeeze"):
            return sizes_without(given, [dim % len(given)]) if within or given[dim] == 1 else given
        if _names(node, tried) and not (node.bare_name == "slice" and made.elements == tried.tensors[0].elements):
            return None
        if node.bare_name in REGROUPING and len(given) > 2 and made.shape == (given[1], made.elements // given[1]):
            return 1, made.elements
        return self._with_batch(made)

    def _with_batch(self, made: Tensor) -> tuple[int, ...] | None:
        """The shape of a tensor with the batch where it should have stayed, and without what should have gone."""
        (squeeze, *_), layout = self._squeezes.values(), self._known.of(made)
        place, before, after = squeeze.place, *map(self._known.of, (squeeze.event.tensors[0], squeeze.event.outputs[0]))
        gone = [i for i, axis in enumerate(layout) if squeeze.instead is not None and axis == before[squeeze.instead]]
        if layout[:place] != after[:place] or len(gone) != (squeeze.instead is not None):
            return None
        rest = sizes_without(made.shape, gone)
        return *rest[:place], 1, *rest[place:]


def _cause(observation: Observation, node: Node, event: Event) -> Cause:
    """Why an execution would be refused, by its operands alone; `other` where it would not."""
    kind, library = observation.modules.get(node.module), observation.in_library(node.id)
    return cause_of(Evidence(node, event, "", kind, event, unpacked=False, library=library, cut_up=False))


def _gives_back(event: Event) -> bool:
    """Whether what an execution makes has a dimension more, or none at all."""
    ranks = [len(t.shape) for t in (event.tensors[0], *event.outputs)]
    return max(ranks) > ranks[0] or not all(ranks[1:])


def _names(node: Node, event: Event) -> bool:
    """Whether an execution names a dimension, counted from the first."""
    named = (value(node, event, name) for name in _NAMING)
    listed = (v if isinstance(v, list) else [v] for v in named)
    return any(isinstance(n, int) and n >= 0 for row in listed for n in row)


def _fits(observation: Observation, failed: Failure | None, judged: Event, tried: Event) -> bool:
    """Whether an execution with the batch is no longer refused, nor stretched.

    What is joined, or lined up, has to lack the dimension: of two that lack it both may be meant so.
    """
    if failed is None:
        return len({t.shape for t in tried.tensors}) == 1
    node = observation.nodes[judged.node]
    if node.op in METADATA and failed.node is not None and failed.node.op == "prim::ListUnpack":
        return len(failed.node.outputs) == len(tried.tensors[0].shape)
    if _cause(observation, node, judged) == "other" or _cause(observation, node, tried) != "other":
        return False
    before, after = ({len(t.shape) for t in e.tensors if t.id not in observation.stored} for e in (judged, tried))
    return failed.cause not in _OF_ONE_RANK or len(after) == 1 < len(before)
