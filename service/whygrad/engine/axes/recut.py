"""Views that cut up or merge axes by numbers of the traced example: the numbers for the axes that there are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod

from whygrad.engine.axes.derived import as_recorded
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import groups
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.dividing import fills

_MOST_WAYS = 8


def recut(observation: Observation, known: Layouts, node: Node, event: Event, argument: str) -> Iterator[list[int]]:
    """The sizes that a view may be meant to have, the likeliest first; none where the example would not fit it either.

    What one axis was cut into equally, as tokens into a map as high as wide, is cut equally again where that comes
    out. Else one of the numbers stays, as a number of heads or the width of a window does, and the other follows.
    """
    given = value(node, event, argument)
    if not isinstance(given, list) or not event.tensors:
        return
    now, axes = event.tensors[0].shape, known.of(event.tensors[0])
    was = [size for axis in axes if (size := as_recorded(observation, axis)) is not None]
    asked = _of_the_example(observation, node, argument, given)
    if len(was) != len(now) or not asked or not fills(prod(was), asked):
        return
    known_sizes = prod(size for size in asked if size != -1)
    whole = [prod(was) // known_sizes if size == -1 else size for size in asked]
    runs = [
        _ways([was[i] for i in g.before], [now[i] for i in g.before], [whole[i] for i in g.after])
        for g in groups(was, whole)
    ]
    for ways in islice(product(*runs), _MOST_WAYS):
        sizes = [size for way in ways for size in way]
        yield [-1 if size == -1 else sizes[place] for place, size in enumerate(given)]


def _ways(was: list[int], now: list[int], given: list[int]) -> list[tuple[int, ...]]:
    """What neighbouring axes that were made into `given` are made into now."""
    before, after, count = prod(was), prod(now), len(given)
    if before == after or was == given:
        return [tuple(now if was == given else given)]
    root = round(after ** (1 / max(count, 1)))
    equal = [(root,) * count] if len(set(given)) == 1 < count and root**count == after else []
    places = [place for place, size in enumerate(given) if size * after % before == 0]
    scaled = [(*given[:i], given[i] * after // before, *given[i + 1 :]) for i in places]
    return list(dict.fromkeys([*equal, *scaled]))


def _of_the_example(observation: Observation, node: Node, argument: str, given: Sequence[int]) -> list[int]:
    """The sizes as the example had them: those that are read from a tensor follow it, the others are as recorded."""
    if node.literal(argument) is not None:
        return list(given)
    held = node.argument(argument)
    listed = observation.givers.get(held.value) if held is not None else None
    if listed is None or len(listed.arguments) != len(given):
        return []
    were = {sent: recorded for _, recorded, sent in observation.resized}
    return [size if read.constant else were.get(size, size) for read, size in zip(listed.arguments, given, strict=True)]
