"""Operands that are stretched to each other where equal shapes were meant, told by the axes that they carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from whygrad.engine.axes.comparing import LOSSES, SELECTING, Side, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pairing import merely_summed
from whygrad.engine.axes.pieces import Axis, Kind, Layout, holds_batch, length, of_one, sizes_without
from whygrad.engine.observation import Event, Node, Observation, Tensor

_CARRIED: frozenset[Kind] = frozenset({"made", "input"})
"""What an axis of size 1 is that nobody put there by hand."""
_VECTORS = 2
"""The dimensions of a vector for each sample."""


@dataclass(frozen=True)
class Stretch:
    """Two operands that became one shape. `twice`: each of `samples` meets every other; else `first` has lost them.

    `surplus`: the axes of size 1 that one of them has more. `column`: `first` has its samples, and one number for each
    where the other has `samples` many. `shifted`: they are no samples, but places along a side.
    """

    first: Side
    second: Side
    shape: tuple[int, ...]
    samples: int
    twice: bool
    surplus: tuple[Side, tuple[int, ...]] | None = None
    column: bool = False
    shifted: bool = False


def stretch(observation: Observation, known: Layouts, node: Node, event: Event) -> Stretch | None:
    """Two operands of a loss or of a difference whose shapes should have been equal; None where that is as meant."""
    first, second = sides(observation, known, node, event) or (None, None)
    if first is None or second is None or first.tensor.shape == second.tensor.shape:
        return None
    shifted = _shifted(known, first, second)
    if shifted is not None:
        return shifted
    if node.bare_name in LOSSES:
        lost = _lost(known, first, second) or _lost(known, second, first)
        return _twice(known, first, second, by_hand=False) or lost or _single(known, first, second)
    if node.bare_name in SELECTING:
        return _twice(known, first, second, by_hand=False)
    learned = {s.tensor.id in known.learned for s in (first, second)}
    found = _twice(known, first, second, by_hand=True) if True in learned else None
    if found is None or False in learned or _are_maps(known, found, event) or merely_summed(observation, known, event):
        return found
    return None


def _twice(known: Layouts, first: Side, second: Side, *, by_hand: bool) -> Stretch | None:
    """The same axis of both at two places of the result, where each time the other is stretched."""
    one, two = known.of(first.tensor), known.of(second.tensor)
    for i, j in _shared(one, two):
        stretched = [_stretched(two, i), _stretched(one, j)]
        longer = (second, len(two) + i) if len(two) > len(one) else (first, len(one) + j)
        alike = by_hand and _of_alike_maps(known, second if longer[0] is first else first, *longer)
        if None in stretched or not (alike or _meant_equal(stretched, one[i], by_hand=by_hand)):
            continue
        shape = tuple(max(_sizes(first, k), _sizes(second, k)) for k in range(-max(len(one), len(two)), 0))
        surplus = _surplus(first, second, longer[1]) if len(one) != len(two) else None
        return Stretch(first, second, shape, length(one[i]), twice=True, surplus=surplus)
    return None


def _shifted(known: Layouts, first: Side, second: Side) -> Stretch | None:
    """The shape of one, in which several sizes are above 1, and in the other an axis of 1 behind it: each meets the
    next. It fits where these are equal, as the sides of a square picture are. Both are of the same samples, and one is
    no other look at the other.
    """
    few, many = sorted((first, second), key=lambda side: len(side.tensor.shape))
    shape, behind = few.tensor.shape, known.of(many.tensor)[-1:]
    single = many.tensor.shape == (*shape, 1) and of_one(behind[0]) != "added"
    if not single or sum(size > 1 for size in shape) < _VECTORS:
        return None
    samples = known.of(few.tensor)[0]
    if known.of(many.tensor)[0] != samples or not holds_batch(samples):
        return None
    if known.laid_out(few.tensor) == known.laid_out(many.tensor):
        return None
    made = tuple(max(_sizes(few, k), _sizes(many, k)) for k in range(-len(shape) - 1, 0))
    return Stretch(first, second, made, shape[-1], twice=True, surplus=(many, (len(shape),)), shifted=True)


def _surplus(first: Side, second: Side, place: int) -> tuple[Side, tuple[int, ...]]:
    """The axes of the longer operand without which it has the shape of the other; that place where there are none."""
    shorter, longer = sorted((first, second), key=lambda side: len(side.tensor.shape))
    shape, wanted = longer.tensor.shape, shorter.tensor.shape
    ones = [i for i, length in enumerate(shape) if length == 1]
    found = (drop for drop in combinations(ones, len(shape) - len(wanted)) if sizes_without(shape, drop) == wanted)
    return longer, next(found, (place,))


def _shared(one: Layout, two: Layout) -> Iterator[tuple[int, int]]:
    """The places, counted from the last, at which two operands hold the same axis, where they differ."""
    for i in range(-len(one), 0):
        for j in range(-len(two), 0):
            if i != j and one[i] == two[j] and length(one[i]) > 1 and _carried(one[i]):
                yield i, j


def _carried(axis: Axis) -> bool:
    return all(p.source.kind in ("input", "made", "joined", "mixed") for p in axis)


def _stretched(layout: Layout, place: int) -> str | None:
    """What a layout has where it is stretched: nothing (`absent`), or an axis of one; None where it is not."""
    if len(layout) < -place:
        return "absent"
    return of_one(layout[place]) if length(layout[place]) == 1 else None


def _meant_equal(stretched: list[str | None], axis: Axis, *, by_hand: bool) -> bool:
    """Whether the axes of one that are stretched were not put there for it."""
    if not by_hand:
        return stretched.count("added") < 2
    return holds_batch(axis) and "absent" in stretched and any(kind in _CARRIED for kind in stretched)


def _of_alike_maps(known: Layouts, shorter: Side, longer: Side, place: int) -> bool:
    """Whether a target of the very shape of its maps was given an axis more: of vectors, pairs may be meant."""
    shape, added = longer.tensor.shape, known.of(longer.tensor)[place]
    alike = (*shape[:place], *shape[place + 1 :]) == shorter.tensor.shape
    by_hand = length(added) == 1 and of_one(added) == "added" and longer.tensor.id not in known.learned
    return alike and by_hand and len(shape) > _VECTORS + 1


def _are_maps(known: Layouts, found: Stretch, event: Event) -> bool:
    """Whether two are maps of the same places, of which one has an axis of one more, and stay maps: no pairs are meant.

    Pairs have one number each once the places are summed up.
    """
    shorter, longer = sorted((found.first, found.second), key=lambda side: len(side.tensor.shape))
    one, two = known.of(shorter.tensor), known.of(longer.tensor)
    alike = (a == b for a, b in zip(one[1:], two[2:], strict=False) if length(a) > 1)
    maps = len(two) == len(one) + 1 > _VECTORS + 1 and len(one[1:]) == sum(alike) >= _VECTORS
    pairs = (found.samples, found.samples)
    return maps and all(tensor.shape != pairs for tensor in _made_of(known, event))


def _made_of(known: Layouts, event: Event) -> Iterator[Tensor]:
    """What is computed of the results of an execution."""
    pending, seen = list(event.outputs), {t.id for t in event.outputs}
    while pending:
        for reader in known.readers.get(pending.pop().id, ()):
            new = [t for t in reader.outputs if t.id not in seen]
            seen |= {t.id for t in new}
            pending += new
            yield from new


def _lost(known: Layouts, first: Side, second: Side) -> Stretch | None:
    """A prediction of one row against a batch of targets, or a target that was sent so against a batch."""
    one, two = known.of(first.tensor), known.of(second.tensor)
    judged = first.tensor.id in known.learned or known.sent(first.tensor)
    if not judged or any(holds_batch(a) for a in one) or len(one) != len(two):
        return None
    for mine, other in zip(one, two, strict=True):
        if length(mine) == 1 < length(other) and holds_batch(other) and of_one(mine) in (*_CARRIED, "unknown"):
            return Stretch(first, second, second.tensor.shape, length(other), twice=False)
    return None


def _single(known: Layouts, first: Side, second: Side) -> Stretch | None:
    """A prediction of one number for each sample against several: torch warns of it, and stretches the one."""
    one, two = known.of(first.tensor), known.of(second.tensor)
    if first.tensor.id not in known.learned or len(one) != len(two) or len(one) < _VECTORS:
        return None
    *rows, mine = zip(one, two, strict=True)
    alike = all(length(a) == length(b) for a, b in rows)
    if alike and length(mine[0]) == 1 < length(mine[1]) and of_one(mine[0]) == "made":
        return Stretch(first, second, second.tensor.shape, length(mine[1]), twice=False, column=True)
    return None


def _sizes(side: Side, place: int) -> int:
    shape = side.tensor.shape
    return shape[place] if len(shape) >= -place else 1
