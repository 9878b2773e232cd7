"""Views that regroup numbers where axes had to change places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import isqrt, prod

from whygrad.engine.axes.folding import opens_the_batch, samples_first
from whygrad.engine.axes.joins import interleaved
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import computed, meant
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.patches import put_back, shuffled
from whygrad.engine.axes.pieces import Axis, Layout, Piece, groups, holds_batch, length, regrouped
from whygrad.engine.axes.swaps import Swap
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.views import asked

_MANY = 6
_PADDING = frozenset({"cat", "pad", "constant_pad_nd"})


def swapped(observation: Observation, known: Layouts, node: Node, event: Event) -> Swap | None:
    """How the axes of a view should have moved; None where it only folds or cuts neighbours.

    A view that was refused is taken for the reshape of the same sizes.
    """
    after = event.outputs[0].shape if event.outputs else asked(node, event)
    if node.bare_name not in REGROUPING or after is None:
        return None
    joined = _by_joining(observation, known, node, event)
    if joined is not None:
        return joined
    if _skewed(observation, known, event) or opens_the_batch(known, node, event):
        return None
    before = known.of(event.tensors[0])
    if any(p.source.kind in ("weight", "new") for a in before for p in a) or 0 in after:
        return None
    wanted = meant(observation, known, node)
    named = _by_names(before, after, wanted)
    if named is not None:
        return named
    patches = _by_patches(before, after) or put_back(observation, before, after) or shuffled(before, after)
    if patches is not None:
        return patches
    wished = value(node, event, "size") or value(node, event, "shape") or after
    strides = _strides_over_parts(before, after)
    by_sizes = None if strides else _by_sizes(before, after, wished, computed(observation, node))
    made = known.of(event.outputs[0]) if event.outputs else regrouped(before, after, event.node)
    if by_sizes is not None and by_sizes.order[0] != 0 and (opened := _opened(before, after)) is not None:
        return opened
    if by_sizes is not None and by_sizes.order[0] != 0 and samples_first(before):
        in_order = by_sizes.result != after and _is_in_order(made)
        return None if _left_open(node) or in_order else by_sizes
    return by_sizes or _by_reading(before, made, wanted)


def in_lying_order(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...] | None:
    """The order in which a view only folds neighbours to the sizes that it is given; None where none does."""
    if min((*before, *after), default=0) < 2 or len(after) > _MANY:
        return None
    orders = (order for order in _orders(len(after)) if _inversions(order))
    return next((order for order in orders if _kept(before, [after[o] for o in order]) is not None), None)


def _skewed(observation: Observation, known: Layouts, event: Event) -> bool:
    """Whether a padding before it and a slice behind it make the view a shift of rows, as relative positions do."""
    maker = known.maker(event.tensors[0])
    if maker is None or observation.nodes[maker.node].bare_name not in _PADDING:
        return False
    readers = known.readers.get(event.outputs[0].id, ()) if event.outputs else ()
    return any(observation.nodes[e.node].bare_name in ("slice", "narrow", "select") for e in readers)


def _by_joining(observation: Observation, known: Layouts, node: Node, event: Event) -> Swap | None:
    """Batches that lie one behind another, and are to be taken apart into what belongs to each sample."""
    found = interleaved(observation, known, node, event) if event.outputs else None
    if found is None:
        return None
    return _placed([found.parts, found.samples], (1, 0), event.tensors[0].shape, range(found.place, found.place + 1))


def _by_sizes(before: Layout, after: Sequence[int], wished: Sequence[int], reckoned: Sequence[bool]) -> Swap | None:
    """A regrouping across axes whose sizes come out even once axes change places; `wished` may leave one open."""
    whole = [p for a in before for p in a if p.size > 1]
    pieces = [p.size for p in whole]
    large = [s for s in after if s > 1]
    named = [w for w, s in zip(wished, after, strict=False) if s > 1]
    free = [not r for r, s in zip(reckoned, after, strict=False) if s > 1] or [True] * len(large)
    for group in groups(pieces, large):
        given, made = [pieces[i] for i in group.before], [large[j] for j in group.after]
        if _cuts_features(whole[group.before[-1]], given, [named[j] for j in group.after]):
            continue
        if len(given) > 1 and len(made) > 1 and max(len(given), len(made)) <= _MANY:
            found = _order(given, made, [free[j] for j in group.after])
            if found is not None:
                return _placed(*found, pieces, group.before)
    return None


def _strides_over_parts(before: Layout, after: Sequence[int]) -> bool:
    """Whether neighbours along one axis are only taken into the next, which was folded of parts itself.

    So are the squares of a map made channels: `(n, w, h, c)` as `(n, w, h / 2, 2c)`, turned, and once more. That one of
    the parts is as large as what is left of the axis in front is chance.
    """
    sizes = [length(a) for a in before]
    places = [i for i, (was, now) in enumerate(zip(sizes, after, strict=False)) if was != now]
    if len(sizes) != len(after) or len(places) != 2 or places[1] != places[0] + 1:
        return False
    outer, inner = places
    return sizes[outer] % max(after[outer], 1) == 0 and len(before[inner]) > 1


def _cuts_features(last: Piece, given: Sequence[int], named: Sequence[int]) -> bool:
    """Whether a view only cuts a factor off the features that stand last and folds all in front: anchors of a map.

    That the factor is as large as an axis in front is chance. Two axes whose sizes were both named may be exchanged.
    """
    if last.source.kind not in ("made", "joined") or len(named) != 2 or named[1] < 1 or last.size % named[1]:
        return False
    return named[0] == -1 or len(given) > 2


def _order(given: Sequence[int], made: Sequence[int], free: Sequence[bool]) -> tuple[list[int], tuple[int, ...]] | None:
    """Sizes to see the operand as, and the order that gives the result by folding neighbours; None if there is none.

    An axis that only moves keeps its size, so that one which was computed is none (`free` says which are not).
    """
    for order in _orders(len(given)):
        kept = _kept([given[o] for o in order], made)
        if kept is not None and all(free[j] for _, j in kept):
            return list(given), order
    for order in _orders(len(made)):
        seen_as = [made[order.index(i)] for i in range(len(made))]
        kept = _kept(seen_as, given)
        if kept is not None and all(free[order.index(i)] for i, _ in kept):
            return seen_as, order
    cut = _first_cut(made, given[0])
    return _folded(given, cut) if len(cut) > len(made) else None


def _kept(sizes: Sequence[int], into: Sequence[int]) -> list[tuple[int, int]] | None:
    """The axes that stay whole where neighbours folded give those sizes; None where they do not."""
    found = groups(sizes, into)
    if any(len(g.after) != 1 for g in found):
        return None
    return [(g.before[0], g.after[0]) for g in found if len(g.before) == 1]


def _folded(given: Sequence[int], cut: Sequence[int]) -> tuple[list[int], tuple[int, ...]] | None:
    """The order where samples and heads were folded into one; None where nothing has to move for that."""
    for order in _orders(len(cut)):
        seen_as = [cut[order.index(i)] for i in range(len(cut))]
        if _kept(seen_as, given) is not None:
            return (seen_as, order) if _inversions(order) else None
    return None


def _opened(before: Layout, after: Sequence[int]) -> Swap | None:
    """Samples and heads that were folded into one, taken apart, and the heads put back beside their features.

    What has another size in front by chance, as many heads as features, is not taken to lead with its features.
    """
    sizes = [length(a) for a in before]
    if not before or not holds_batch(before[0]) or len(_first_cut(sizes, after[0])) != len(sizes) + 1:
        return None
    found = _folded(after, _first_cut(sizes, after[0]))
    if found is None:
        return None
    seen_as, order = found
    lying = tuple(seen_as[order.index(i)] for i in range(len(order)))
    return Swap(lying, order) if order[0] == 0 else None


def _first_cut(sizes: Sequence[int], outer: int) -> list[int]:
    """Sizes with the first cut in two, as where samples and heads were folded: 8 of 4 samples is 4 and 2."""
    first, *rest = sizes
    return [outer, first // outer, *rest] if first > outer and first % outer == 0 else list(sizes)


def _orders(count: int) -> Iterator[tuple[int, ...]]:
    """All orders of that many axes, those that move the fewest pairs first."""
    yield from sorted(permutations(range(count)), key=_inversions)


def _inversions(order: Sequence[int]) -> int:
    return sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])


def _placed(sizes: Sequence[int], order: Sequence[int], pieces: Sequence[int], part: range) -> Swap:
    """The swap of a group among the axes that stay."""
    first, last = list(pieces[: part.start]), list(pieces[part.stop :])
    whole = [*first, *sizes, *last]
    rest = range(len(first) + len(sizes), len(whole))
    return Swap(tuple(whole), (*range(len(first)), *(o + len(first) for o in order), *rest))


def _left_open(node: Node) -> bool:
    """Whether the first size is left open, `view(-1, 52)`, and so is to count the samples."""
    given = node.literal("size") or node.literal("shape")
    return isinstance(given, list) and given[:1] == [-1]


def _is_in_order(made: Layout) -> bool:
    """Whether a result is the operand with some of its axes cut and neighbours folded."""
    return not any(piece.source.kind == "mixed" for axis in made for piece in axis)


def _by_patches(before: Layout, after: Sequence[int]) -> Swap | None:
    """An image read as a row of its square patches: (n, c, h, w) as (n, h/p * w/p, c * p * p).

    Where the channels go into the row of patches evenly each entry may be meant to be a strip of one channel.
    """
    if len(before) != 4 or len(after) != 3:
        return None
    samples, channels, height, width = (length(a) for a in before)
    side = isqrt(after[2] // max(channels, 1))
    uneven = channels > 1 and after[1] % channels and channels % after[1]
    cut = side > 1 and height % side == 0 == width % side and channels * side * side == after[2]
    if after[0] != samples or not uneven or not cut:
        return None
    return Swap((samples, channels, height // side, side, width // side, side), (0, 2, 4, 1, 3, 5))


def _by_names(before: Layout, after: Sequence[int], wanted: Sequence[Axis | None]) -> Swap | None:
    """All axes under the names that their sizes were read for, in another order: `x.view(b, w, c)` of (b, c, w).

    One of them may be left open, or be a number: it is the axis that remains, or all of those folded into one.
    """
    sizes, named = tuple(length(a) for a in before), [a for a in wanted if a is not None]
    left = [i for i, a in enumerate(before) if a not in wanted]
    alike = len(set(before)) < len(before) or len(named) + len(left) != len(before)
    if alike or len(wanted) - len(named) != bool(left):
        return None
    parts = [left if a is None else [before.index(a)] for a in wanted]
    order = tuple(i for part in parts for i in part)
    comes_out = [prod(sizes[i] for i in part) for part in parts] == list(after)
    return Swap(sizes, order) if comes_out and _inversions([o for o in order if sizes[o] > 1]) else None


def _by_reading(before: Layout, after: Layout, wanted: Sequence[Axis | None]) -> Swap | None:
    """Sizes that are equal by chance: an axis was to stand where its size was read for, and stands elsewhere."""
    for place, axis in enumerate(wanted if len(wanted) == len(after) else ()):
        if axis is None or length(axis) == 1 or after[place] == axis or axis not in before:
            continue
        found = [i for i, a in enumerate(after) if a == axis]
        if len(found) == 1 and wanted[found[0]] is None and length(after[place]) == length(axis):
            order = list(range(len(after)))
            order[place], order[found[0]] = found[0], place
            return Swap(tuple(length(a) for a in after), tuple(order))
    return None
