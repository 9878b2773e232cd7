"""The axes of every tensor of a step, followed through its operations in one sweep."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache

from whygrad.engine.axes.measuring import MEASURING
from whygrad.engine.axes.mixing import MIXING
from whygrad.engine.axes.moving import MOVING
from whygrad.engine.axes.pieces import Axis, Kind, Layout, Source, axis, length
from whygrad.engine.axes.seen import Seen, alike
from whygrad.engine.observation import Event, Observation, Step, Tensor
from whygrad.engine.operations import METADATA

_LISTING = frozenset({"append", "insert", "extend", "_set_item"})
"""Operations that write a list, and not the tensors in it."""

_LAYING_OUT = frozenset(
    {"clone", "detach", "contiguous", "squeeze", "unsqueeze", "view", "reshape", "flatten", "select"}
    | {"t", "transpose", "permute"}
)


class Layouts:
    """The axes of the tensors of one step."""

    def __init__(self, observation: Observation, step: Step) -> None:
        self._observation = observation
        self._known: dict[tuple[int, tuple[int, ...]], Layout] = {}
        self.step = step
        self.makers: dict[int, int] = {}
        self.readers: dict[int, list[Event]] = defaultdict(list)
        self.learned: set[int] = set(observation.stored)
        self._samples = _samples(observation, step)
        for number, event in enumerate(step.events):
            self._pass_through(number, event)

    def of(self, tensor: Tensor) -> Layout:
        """The axes of a tensor; what no operation made was sent, or is a weight."""
        key = (tensor.id, tensor.shape)
        if key not in self._known:
            kind: Kind = "weight" if tensor.id in self._observation.stored else "input"
            self._known[key] = tuple(self._sent(kind, tensor, place) for place in range(len(tensor.shape)))
        return self._known[key]

    def maker(self, tensor: Tensor) -> Event | None:
        """The execution that made a tensor; None for what was sent."""
        number = self.makers.get(tensor.id)
        return None if number is None else self.step.events[number]

    def laid_out(self, tensor: Tensor) -> int:
        """The id of the tensor whose numbers a tensor holds, all of them, in whatever layout."""
        for maker in self.step.lineage(tensor.id):
            before = maker.tensors[0] if maker.inputs else None
            lays_out = self._observation.nodes[maker.node].bare_name in _LAYING_OUT
            if before is None or not lays_out or before.elements != tensor.elements:
                break
            tensor = before
        return tensor.id

    def sent(self, tensor: Tensor) -> bool:
        """Whether a tensor was sent: no operation made it, and it is no weight."""
        return tensor.id not in self.makers and tensor.id not in self._observation.stored

    def cut(self, given: Axis) -> bool:
        """Whether an axis of one is one of several samples, as a slice or a split leaves it."""
        of_samples = any(piece.source.kind == "input" and piece.source.batch for piece in given)
        return of_samples and length(given) == 1 != self._samples

    def behind(self, *events: Event) -> set[int]:
        """The indices of the executions that executions rest on."""
        found: set[int] = set()
        pending = [t.id for event in events for t in event.tensors]
        while pending:
            number = self.makers.get(pending.pop())
            if number is not None and number not in found:
                found.add(number)
                pending += [t.id for t in self.step.events[number].tensors]
        return found

    def _sent(self, kind: Kind, tensor: Tensor, place: int) -> Axis:
        size = tensor.shape[place]
        key = (tensor.id, place) if kind == "weight" else place
        return axis(Source(kind, key, size, batch=kind == "input" and place == 0 and size == self._samples))

    def _pass_through(self, number: int, event: Event) -> None:
        node = self._observation.nodes[event.node]
        layouts = {operand.role: self.of(operand.tensor) for operand in event.inputs}
        read = {t.id for t in event.tensors}
        for number_read in read:
            self.readers[number_read].append(event)
        for made in event.outputs:
            given_back = made.id in read and (not node.writes or node.bare_name in _LISTING)
            out_of_a_list = not read and made.id in self.makers
            if made.id in self._observation.stored or given_back or out_of_a_list:
                continue
            self.makers[made.id] = number
            if read & self.learned and node.op not in METADATA:
                self.learned.add(made.id)
            layout = _followed(Seen(node, event, number, layouts, made))
            self._known[made.id, made.shape] = layout


@lru_cache(maxsize=8)
def layouts(observation: Observation) -> Layouts:
    """The axes of the tensors of the first step."""
    return Layouts(observation, observation.first)


def sent(observation: Observation, step: Step) -> list[Tensor]:
    """The tensors that a step read and that it did not make: what it was sent."""
    made, found = set(observation.stored), {}
    for event in step.events:
        found.update({t.id: t for t in event.tensors if t.id not in made and t.id not in found})
        made.update(t.id for t in event.outputs)
    return list(found.values())


def _samples(observation: Observation, step: Step) -> int | None:
    """How many samples there are: the size that most inputs have in their first axis."""
    sizes = [t.shape[0] for t in sent(observation, step) if t.shape]
    return Counter(sizes).most_common(1)[0][0] if sizes else None


_FOLLOWED = {**MOVING, **MIXING, **MEASURING}


def _followed(seen: Seen) -> Layout:
    """The axes of a result, each held against its size: an axis that was misjudged is unknown."""
    layout = _FOLLOWED.get(seen.node.bare_name, alike)(seen)
    shape = seen.made.shape
    if len(layout) != len(shape):
        return tuple(seen.source("unknown", place) for place in range(len(shape)))
    return tuple(a if length(a) == shape[i] else seen.source("unknown", i) for i, a in enumerate(layout))
