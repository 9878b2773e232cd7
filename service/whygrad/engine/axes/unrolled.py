"""Readings that a trace wrote out: an axis that is read step by step, or by a slice, as far as the example went."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from whygrad.engine.axes.baked import Baked, clashes
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import MOVING
from whygrad.engine.observation import Event, Json, Node, Observation, Tensor
from whygrad.engine.operations import METADATA

_LOOP = 3
"""So many steps that are treated alike are a loop; two may be a pair."""

_ON_THE_WAY = frozenset({*MOVING, "slice", "cat", "contiguous", "to"})
"""Operations that lay out what was taken before something computes with it."""

_FAR = 4
"""So many of them are followed."""

_AS_ANOTHER = frozenset({"type_as", "to", "expand_as", "view_as", "reshape_as"})
"""Operations that look at no number of their `other`."""

Resized = tuple[int, int | None, int]
"""An axis of the input, its size in the example, where the file tells it, and the one that came."""


@dataclass(frozen=True)
class Unrolled:
    """A reading that ends where the example did: the last execution of it, how many steps it reads, of how many.

    `axis` is the axis of the input that the steps follow; what it had in the example is `read` where nothing else tells
    it. `alone`: nothing else reads it. `slices`: it is a slice, which can have another end.
    """

    order: int
    event: Event
    read: int
    size: int
    axis: Resized
    alone: bool
    slices: bool


@dataclass
class _Reading:
    """How one tensor is read along an axis: by the pieces that are taken of it, and by so many others."""

    place: int
    size: int
    pieces: list[_Piece] = field(default_factory=list)
    others: int = 0

    def ends_at(self, end: int) -> bool:
        """Whether nothing reads the steps from there on."""
        return not self.others and all(piece.end <= end for piece in self.pieces)


@dataclass(frozen=True)
class _Piece:
    """The steps from `start` to before `end` that one execution takes."""

    start: int
    end: int
    order: int


def cut_short(observation: Observation, known: Layouts, failed: Event) -> Unrolled | None:
    """The reading that left an operand with the steps of the example, where another operand has those that came."""
    behind = known.behind(failed)
    found = (u for u in _unrolled(observation, known, raised=True) if u.order in behind)
    return next((u for u in found if clashes(failed, u.read, u.size)), None)


def skipped(observation: Observation, known: Layouts) -> Iterator[Unrolled]:
    """Readings of an axis of an input step by step, or by a slice, that end where the example ended."""
    return _unrolled(observation, known, raised=False)


def _unrolled(observation: Observation, known: Layouts, *, raised: bool) -> Iterator[Unrolled]:
    """Each such reading; where nothing raised, or nothing tells of the example, a loop must show by itself."""
    for axis in axes(observation):
        if axis[1] is not None and not 1 < axis[1] < axis[2]:
            continue
        loop = None if raised and axis[1] is not None else _Loop(observation, known, raised=raised)
        for reading in _readings(observation, known, axis):
            last = _last_step(reading, axis, loop)
            whole = _slice(reading, axis) if last is None else None
            if found := last or whole:
                event, alone = known.step.events[found.order], reading.ends_at(found.end)
                yield Unrolled(found.order, event, found.end, reading.size, axis, alone, slices=whole is not None)


def unpacked(observation: Observation, failed: Event) -> Baked | None:
    """The steps of an unknown example that a tensor was cut into, of which many are treated alike; others came."""
    node = observation.nodes[failed.node]
    steps, came = len(node.outputs), len(failed.inputs)
    if node.op != "prim::ListUnpack" or not observation.unrecorded or steps == came or steps < _LOOP:
        return None
    ways = Counter(
        way
        for value in node.outputs
        for way in {(n.op, n.module, observation.place(n.id)) for n in observation.takers.get(value, ())}
        if way[1] != node.module
    )
    order = len(observation.first.events) - 1
    return Baked(order, node.id, failed, steps, came) if max(ways.values(), default=0) >= steps - 1 else None


def axes(observation: Observation) -> Iterable[Resized]:
    """The axes of the input that have another size than in the example; all, where the file tells nothing of that."""
    if not observation.unrecorded:
        return observation.resized
    return dict.fromkeys((i, None, n) for t in observation.first.inputs for i, n in enumerate(t.shape))


def _readings(observation: Observation, known: Layouts, axis: Resized) -> Iterator[_Reading]:
    """For each tensor that has an axis of the input, whole or as layers left it, how it is read along that.

    A slice that takes all is the tensor itself: `x[:, 0]` reads `x`.
    """
    readings: dict[int, _Reading] = {}
    same: dict[int, int] = {}
    for order, event in enumerate(known.step.events):
        for tensor in event.tensors:
            number, place = same.get(tensor.id, tensor.id), _place(known, tensor, axis[0])
            if place is None or (event.outputs and _aliased(event, tensor, number, same)):
                continue
            reading = readings.setdefault(number, _Reading(place, tensor.shape[place]))
            piece = _piece(observation, known, order, reading)
            if piece is not None:
                reading.pieces.append(piece)
            else:
                reading.others += _looks_at_numbers(observation, event, tensor)
    return iter(readings.values())


def _place(known: Layouts, tensor: Tensor, axis: int) -> int | None:
    """Where a tensor has an axis of the input, and nothing else with it."""
    layout = known.of(tensor)
    found = [i for i, given in enumerate(layout) if [(p.source.kind, p.source.key) for p in given] == [("input", axis)]]
    return next((i for i in found if layout[i][0].whole), None)


def _aliased(event: Event, tensor: Tensor, number: int, same: dict[int, int]) -> bool:
    """Whether an execution gives the same numbers in the same memory; the result is then noted as the same."""
    made = event.outputs[0]
    alike = (made.storage, made.shape, made.strides) == (tensor.storage, tensor.shape, tensor.strides)
    if alike and made.id != tensor.id:
        same[made.id] = number
    return alike


def _looks_at_numbers(observation: Observation, event: Event, tensor: Tensor) -> bool:
    """Whether an execution looks at the numbers of a tensor, not only at its size or its type."""
    node = observation.nodes[event.node]
    roles = {o.role for o in event.inputs if o.tensor.id == tensor.id}
    of_another = node.bare_name in _AS_ANOTHER and roles == {"other"}
    return not of_another and (node.op not in METADATA or node.bare_name in _AS_ANOTHER)


def _piece(observation: Observation, known: Layouts, order: int, reading: _Reading) -> _Piece | None:
    """The steps that an execution takes of what it reads, counted from the first; None where it takes no such."""
    node = observation.nodes[known.step.events[order].node]
    if node.literal("dim") != reading.place or node.literal("step", 1) != 1:
        return None
    start: Json = node.literal("index" if node.bare_name == "select" else "start")
    match node.bare_name:
        case "select":
            length: Json = 1
        case "narrow":
            length = node.literal("length")
        case "slice":
            start, end = start or 0, node.literal("end")
            length = end - start if isinstance(end, int) else None
        case _:
            return None
    if not isinstance(start, int) or not isinstance(length, int):
        return None
    return _Piece(start, start + length, order) if 0 <= start < start + length <= reading.size else None


def _last_step(reading: _Reading, axis: Resized, loop: _Loop | None) -> _Piece | None:
    """The last of the pieces, as many steps each, that follow one another as far as the example went."""
    widths: dict[int, dict[int, list[_Piece]]] = defaultdict(lambda: defaultdict(list))
    for piece in reading.pieces:
        widths[piece.end - piece.start][piece.start].append(piece)
    for width, taken in widths.items():
        starts = sorted(taken)
        stride = starts[1] if len(starts) > 1 else 0
        if 0 < stride <= width and starts == list(range(0, stride * len(starts), stride)):
            last, steps = taken[starts[-1]][-1], [taken[start] for start in starts]
            there = _ends_there(range(last.end, last.end + stride), reading, axis)
            if there and (loop is None or loop.made(steps, reading, by_itself=axis[1] is None)):
                return last
    return None


class _Loop:
    """Whether what is done with the pieces of a tensor is so alike that it was a loop."""

    def __init__(self, observation: Observation, known: Layouts, *, raised: bool) -> None:
        self._observation = observation
        self._known = known
        self._raised = raised

    def made(self, steps: Sequence[Sequence[_Piece]], reading: _Reading, *, by_itself: bool) -> bool:
        """Whether it is the same with all steps but perhaps one; with all, and nothing else is read, where few.

        By itself that is a loop where it is what a layer does, with many steps, and nothing else is read or it raised.
        """
        taken = [[self._known.step.events[piece.order] for piece in pieces] for pieces in steps]
        ways = [{w for event in events for w in self._ways(event, of_layers=by_itself)} for events in taken]
        most = max(Counter(way for own in ways for way in own).values(), default=0)
        alone = reading.ends_at(max(piece.end for pieces in steps for piece in pieces))
        if len(steps) < _LOOP:
            return most == len(steps) and alone and not by_itself
        return most >= len(steps) - 1 and (alone or self._raised or not by_itself)

    def _ways(self, taken: Event, *, of_layers: bool, path: tuple[object, ...] = ()) -> Iterator[object]:
        """How operations read what was taken: which, of what module, as what, in which line, and what lies between.

        What is weighed by a number of the program is treated alike where it is the same number.
        """
        made = {t.id for t in taken.outputs}
        for event in (e for number in made for e in self._known.readers.get(number, ())):
            node = self._observation.nodes[event.node]
            roles = tuple(o.role for o in event.inputs if o.tensor.id in made)
            settings = self._numbers(node), str([a.literal for a in node.arguments if a.constant])
            way = (*path, (node.op, node.module, roles, settings, self._observation.place(node.id)))
            if node.bare_name in _ON_THE_WAY and len(path) < _FAR:
                yield from self._ways(event, of_layers=of_layers, path=way)
            elif not of_layers or self._of_a_layer(event):
                yield way

    def _numbers(self, node: Node) -> tuple[int, ...]:
        """The numbers of the program that an operation is given as tensors; equal ones are one value in a trace."""
        given = (a.value for a in node.arguments if a.type == "Tensor")
        makers = ((number, self._observation.givers.get(number)) for number in given)
        return tuple(number for number, maker in makers if maker is not None and maker.op == "prim::Constant")

    def _of_a_layer(self, event: Event) -> bool:
        return any(t.id in self._observation.stored for t in event.tensors)


def _ends_there(ends: range, reading: _Reading, axis: Resized) -> bool:
    """Whether a reading that ends in that range ends where the example did; where that is not known, far before."""
    _, recorded, sent = axis
    if recorded is None:
        return reading.size == sent > ends.stop
    return any(_as_in_the_example(end, reading.size, recorded, sent) for end in ends)


def _as_in_the_example(read: int, size: int, recorded: int, sent: int) -> bool:
    """Whether an axis that has `size` steps where `sent` came had `read` where it was `recorded`."""
    if size == sent:
        return read == recorded
    return read < size and (size - read == sent - recorded or abs(read * sent - size * recorded) < sent)


def _slice(reading: _Reading, axis: Resized) -> _Piece | None:
    """The slice of a tensor that ends where the example did."""
    _, recorded, sent = axis
    whole = [p for p in reading.pieces if p.start == 0 and p.end == recorded and reading.size == sent]
    return next((p for p in whole if p.end > 1), None)
