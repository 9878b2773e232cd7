"""Sizes of the traced example that stand in a program as numbers, where the input that came has others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from math import prod

from whygrad.engine.axes.derived import as_recorded, enlarged, pooled, resampled, scaled
from whygrad.engine.axes.giving_way import VIEWS, following, gave_way, written
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.recut import recut
from whygrad.engine.observation import Event, Json, Node, Observation

_SHAPED = {
    **dict.fromkeys(("view", "zeros", "ones", "empty", "full", "rand", "randn", "randint", "new_zeros"), "size"),
    **dict.fromkeys(("new_ones", "new_empty", "new_full", "expand", "broadcast_to"), "size"),
    "reshape": "shape",
    "repeat": "repeats",
    "unflatten": "sizes",
    "arange": "end",
    "eye": "n",
    "linspace": "steps",
    "select": "index",
    "narrow": "length",
    "slice": "end",
    "split": "split_size",
    "split_with_sizes": "split_sizes",
    "chunk": "chunks",
    "ListUnpack": "",
}
"""Operations that are given sizes, and the argument that holds them."""

_MOST_PLACES = 6


Changes = tuple[tuple[int, str, Json], ...]
"""Nodes, their arguments, and the values to give these."""


@dataclass(frozen=True)
class Baked:
    """A node that holds a size of the example; `changes` are what to give in its place.

    `others` are further ways, where the same number stands there more than once. `derived`: what it holds was computed
    from the size.
    """

    order: int
    node: int
    event: Event
    recorded: int
    sent: int
    changes: Changes = ()
    others: tuple[Changes, ...] = ()
    derived: bool = False


def baked(observation: Observation, known: Layouts, failed: Event) -> Baked | None:
    """What holds the size that made an operation raise: the operation itself, or the last one that it rests on."""
    events = known.step.events
    for order in sorted({*range(len(events))[-1:], *known.behind(failed)}, reverse=True):
        event = events[order]
        node = observation.nodes[event.node]
        if event is failed and (all_changed := _all_held(observation, node, event)):
            return Baked(order, node.id, event, *observation.resized[0][1:], all_changed)
        if event is failed and (first := next(ways := _recut(observation, known, node, event), None)):
            return Baked(order, node.id, event, *observation.resized[0][1:], first, tuple(ways), derived=True)
        if sampled := resampled(observation, known, failed, node):
            (recorded, sent), sizes = sampled
            changes = _everywhere(observation, node, "output_size", sizes)
            return Baked(order, node.id, event, recorded, sent, changes, derived=True)
        if factored := enlarged(observation, known, failed, node, event):
            (recorded, sent), factors = factored
            changes = _everywhere(observation, node, "scale_factors", factors)
            return Baked(order, node.id, event, recorded, sent, changes, derived=True)
        if window := pooled(observation, known, node, event):
            (recorded, sent), sizes = window
            changes = _everywhere(observation, node, "kernel_size", sizes)
            same = recorded in (node.literal("kernel_size") or ())
            return Baked(order, node.id, event, recorded, sent, changes, derived=not same)
        if node.op == "prim::Constant" and (size := _of_the_example(observation, known, event, failed)):
            return Baked(order, node.id, event, *size, derived=True)
        for recorded, sent in _exchanges(observation, known, failed, failing=event is failed):
            found = _held(observation, node, event, recorded, sent, failing=event is failed)
            if found is not None and (event is failed or clashes(failed, recorded, sent)):
                changes = (*_everywhere(observation, node, *found), *_counted(observation, recorded, sent))
                return Baked(order, node.id, event, recorded, sent, changes, _otherwise(node, found[0], recorded, sent))
            places = _among_computed(observation, node, event, recorded)
            if places and (event is failed or clashes(failed, recorded, sent)):
                first, *others = [_alike(observation, node, place, sent) for place in places]
                return Baked(order, node.id, event, recorded, sent, first, tuple(others))
    return next((m for m in misread(observation, known) if m.order in known.behind(failed)), None)


def _of_the_example(observation: Observation, known: Layouts, made: Event, failed: Event) -> tuple[int, int] | None:
    """The size of the example that the rows of a constant follow, beside an operand that follows the one now."""
    sizes = {size for tensor in made.outputs for size in tensor.shape}
    for mine, other in permutations(failed.tensors, 2):
        rows = zip(mine.shape[::-1], other.shape[::-1], known.of(other)[::-1], strict=False)
        if any(one in sizes and one != now and as_recorded(observation, axis) == one for one, now, axis in rows):
            return next(((recorded, sent) for _, recorded, sent in observation.resized if recorded != sent), None)
    return None


def _otherwise(node: Node, argument: str, recorded: int, sent: int) -> tuple[Changes, ...]:
    """All the sizes that are the recorded one changed, or each after the first alone, where there are several."""
    written = node.literal(argument)
    given: list[Json] = written if isinstance(written, list) and node.bare_name not in VIEWS else []
    places = [i for i, size in enumerate(given) if size == recorded]
    chosen = [places, *([place] for place in places[1:])] if len(places) > 1 else []
    return tuple(((node.id, argument, [sent if i in c else s for i, s in enumerate(given)]),) for c in chosen)


def _all_held(observation: Observation, node: Node, event: Event) -> Changes:
    """The sizes of a view that come out once every recorded size in it is exchanged; none where one is enough."""
    sizes, written = _sizes(observation, node, event)
    if not event.inputs:
        return ()
    now: dict[int, int] = {recorded: sent for _, recorded, sent in observation.resized}
    places = [i for i in written if sizes[i] in now][:_MOST_PLACES]
    for chosen in (c for number in range(len(places), 1, -1) for c in combinations(places, number)):
        changed = [now[size] if i in chosen else size for i, size in enumerate(sizes)]
        if _comes_out(changed, event.tensors[0].elements):
            return _everywhere(observation, node, _SHAPED[node.bare_name], changed)
    return ()


def _recut(observation: Observation, known: Layouts, node: Node, event: Event) -> Iterator[Changes]:
    """The sizes of a view that cut up or merged recorded axes, for the axes that there are now."""
    argument = _SHAPED[node.bare_name] if node.bare_name in VIEWS else ""
    for sizes in recut(observation, known, node, event, argument) if argument else ():
        yield _everywhere(observation, node, argument, sizes)


def _exchanges(observation: Observation, known: Layouts, failed: Event, *, failing: bool) -> list[tuple[int, int]]:
    """Sizes that were recorded and those that stand for them now, also of axes that were folded: 2 x 4 for 3 x 6.

    An example without elements tells nothing: any 0 in the program may be that size. What follows from a size of the
    example is looked for in what made an operand alone: what was refused may hold such a number by itself.
    """
    singles = [(recorded, sent) for _, recorded, sent in observation.resized if recorded]
    folded = [(a * c, b * d) for (a, b), (c, d) in combinations(singles, 2)]
    following = [] if failing else list(scaled(observation, known, failed))
    return list(dict.fromkeys(singles + folded + following))


def _held(
    observation: Observation, node: Node, event: Event, recorded: int, sent: int, *, failing: bool
) -> tuple[str, Json] | None:
    """The argument that holds a recorded size, and its value for the size that was sent."""
    argument = _SHAPED.get(node.bare_name)
    if argument is None:
        return None
    if node.op == "prim::ListUnpack":
        return ("", None) if failing and (len(node.outputs), len(event.inputs)) == (recorded, sent) else None
    given = node.literal(argument)
    if failing and node.bare_name in VIEWS:
        changed = _refilled(*_sizes(observation, node, event), event, recorded, sent)
        return (argument, changed) if changed is not None else None
    if node.bare_name == "select":
        inside = failing and isinstance(given, int) and sent <= given < recorded
        return (argument, sent - 1) if inside else None
    return (argument, _replaced(given, recorded, sent)) if _holds(given, recorded) else None


def _among_computed(observation: Observation, node: Node, event: Event, recorded: int) -> list[int]:
    """The places of a recorded size among sizes of which others are computed: `zeros(3, x.size(1))`."""
    argument = _SHAPED.get(node.bare_name)
    held = node.argument(argument) if argument else None
    found = written(observation, node, event, argument) if argument and held and node.bare_name not in VIEWS else None
    if found is None or held is None or held.constant:
        return []
    sizes, places = found
    return [place for place in places if sizes[place] == recorded]


def _alike(observation: Observation, node: Node, place: int, sent: int) -> Changes:
    """The change of a size in the list that a node is given, and in those of its operation that hold the same."""
    name = _SHAPED[node.bare_name]
    given = [n.argument(name) for n in observation.nodes if n.op == node.op]
    lists = [observation.givers.get(argument.value) for argument in given if argument and not argument.constant]
    own = node.argument(name)
    constants = _constants(observation.givers.get(own.value)) if own is not None else []
    same = [each for each in lists if each is not None and _constants(each) == constants]
    return tuple((each.id, str(place), sent) for each in same)


def _constants(listed: Node | None) -> list[Json]:
    """The numbers in a list that are written down, None in the place of each that is computed."""
    return [a.literal if a.constant else None for a in listed.arguments] if listed is not None else []


def _holds(given: Json, recorded: int) -> bool:
    return recorded in given if isinstance(given, list) else given == recorded and not isinstance(given, bool)


def _replaced(given: Json, recorded: int, sent: int) -> Json:
    """A size in place of another: the first, where there are several."""
    if not isinstance(given, list):
        return sent
    place = given.index(recorded)
    return [*given[:place], sent, *given[place + 1 :]]


def _refilled(given: list[int], places: list[int], event: Event, recorded: int, sent: int) -> Json | None:
    """The sizes of a view with one that was, or was a multiple of, the recorded size changed so that they come out."""
    for place in places if event.inputs else ():
        size, elements = given[place], event.tensors[0].elements
        if size > 0 and size % recorded == 0:
            changed = [*given[:place], size // recorded * sent, *given[place + 1 :]]
            if _comes_out(changed, elements):
                return changed
    return None


def _comes_out(sizes: list[int], elements: int) -> bool:
    written = prod(s for s in sizes if s != -1)
    return elements % written == 0 if -1 in sizes and written else written == elements


def clashes(failed: Event, recorded: int, sent: int) -> bool:
    """Whether what was refused has the recorded size in one operand and the one that was sent in another.

    Or one is of either size, and another counts on up to the other.
    """
    shapes = [t.shape for t in failed.tensors]
    both = any(recorded in one and any(sent in other for other in shapes if other is not one) for one in shapes)
    few, many = sorted((recorded, sent))
    counted = any(o.bounds is not None and few <= o.bounds[1] < many for o in failed.inputs)
    return both or (counted and any(few in shape for shape in shapes))


def _sizes(observation: Observation, node: Node, event: Event) -> tuple[list[int], list[int]]:
    """The sizes that a view was given, and which of them are numbers in the program; none of anything else."""
    found = written(observation, node, event, _SHAPED[node.bare_name]) if node.bare_name in VIEWS else None
    return found or ([], [])


def _everywhere(observation: Observation, node: Node, argument: str, changed: Json) -> Changes:
    """The change at the node, and at each that is the same operation with the same sizes."""
    if not argument:
        return ()
    given = node.literal(argument)
    same = [n for n in observation.nodes if given is not None and n.op == node.op and n.literal(argument) == given]
    alike = same or [node]
    return tuple((n.id, argument, changed) for n in (alike if node.bare_name != "select" else [node]))


def _counted(observation: Observation, recorded: int, sent: int) -> Changes:
    """Rows of as many numbers as the recorded size that end at another: `torch.arange(1 - n, 1)`."""
    ends = [(n.id, n.literal("start"), n.literal("end")) for n in observation.nodes if n.bare_name == "arange"]
    whole = [(i, start, end) for i, start, end in ends if isinstance(start, int) and isinstance(end, int) and start]
    return tuple((i, "start", end - sent) for i, start, end in whole if end - start == recorded)


def misread(observation: Observation, known: Layouts) -> Iterator[Baked]:
    """Views that come out although they hold a recorded size: another size gave way, and the numbers are misread."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        given, places = _sizes(observation, node, event)
        if -1 not in given or not event.outputs:
            continue
        for resized in observation.resized:
            meant = gave_way(known, event, given, places, resized)
            if meant is not None:
                views = [(node, meant), *following(observation, known, event, resized)]
                changes = [c for n, sizes in views for c in _everywhere(observation, n, _SHAPED[n.bare_name], sizes)]
                yield Baked(order, node.id, event, *resized[1:], tuple(changes))
