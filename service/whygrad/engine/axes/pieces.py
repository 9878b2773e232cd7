"""What the axes of a tensor are made of: pieces of the axes that the program was sent or that its layers made.

An axis is a row of pieces, outermost first. A view that folds a batch of 4 and a sequence of 6 into 24 has one axis
of two pieces; a view that cuts it again gives each its own axis back. So a regrouping that scrambles shows: a piece
then stands where no cut and no fold can bring it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Hashable, Sequence
from dataclasses import dataclass, replace
from math import gcd, prod
from typing import Literal

Kind = Literal["input", "made", "joined", "kept", "added", "new", "weight", "mixed", "repeated", "unknown"]

_SAYING_MOST: tuple[Kind, ...] = (
    "input", "made", "joined", "mixed", "unknown", "weight", "new", "kept", "added", "repeated",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where an axis began. The same `key` with another `size` is the same axis after a slice, a pool or a padding.

    `input`: an axis of what was sent, the key is its place. `made`: by a layer (features, channels). `kept` and
    `added`: an axis of one, left by a reduction or put in by hand. `repeated`: the same numbers over and over, the
    key says of what kind the axis of one was. `batch` says that the samples are in it.
    """

    kind: Kind
    key: Hashable
    size: int
    batch: bool = False


@dataclass(frozen=True)
class Piece:
    """The part of a source that an axis runs through: `size` steps of `stride`."""

    source: Source
    size: int
    stride: int = 1

    @property
    def whole(self) -> bool:
        """Whether it is all of its source."""
        return self.size == self.source.size


Axis = tuple[Piece, ...]
"""The pieces of one axis; none where it is of size 1 and nothing is known of it."""

Layout = tuple[Axis, ...]
"""The axes of a tensor."""


def axis(source: Source) -> Axis:
    """An axis that is all of one source."""
    return (Piece(source, source.size),)


def length(given: Sequence[Piece]) -> int:
    """The size of an axis, or of pieces in a row."""
    return given[0].size if len(given) == 1 else prod([piece.size for piece in given])


def sizes_without(sizes: Sequence[int], places: Container[int]) -> tuple[int, ...]:
    """A shape without the dimensions at some places."""
    return tuple(size for place, size in enumerate(sizes) if place not in places)


def holds_batch(given: Axis) -> bool:
    """Whether samples are told apart along an axis."""
    return any(piece.source.batch for piece in given)


def of_one(given: Axis) -> Kind:
    """What an axis of size 1 is: sent or made so, kept by a reduction, added by hand."""
    return given[0].source.kind if given else "unknown"


def resized(given: Axis, size: int, otherwise: Hashable) -> Axis:
    """An axis after an operation that gave it another size: the same source where it was one, else `otherwise`."""
    if length(given) == size:
        return given
    if len(given) == 1 and given[0].source.kind not in ("kept", "added", "repeated"):
        return axis(replace(given[0].source, size=size))
    return axis(Source("mixed", otherwise, size, holds_batch(given)))


def stretched(layouts: Sequence[Layout], rank: int) -> Layout:
    """The axes of what several operands are stretched to, lined up from the last.

    Samples that lie on another axis, though the result has them already, do not make it theirs.
    """
    made: list[Axis] = []
    for i in range(-rank, 0):
        column = [a[i + len(a)] for a in layouts if i + len(a) >= 0]
        longest = max((length(a) for a in column), default=1)
        others = [a for a in column if length(a) == longest and not (holds_batch(a) and a in made)]
        made.append(_telling(others or column) if column else ())
    return tuple(made)


def _telling(column: Sequence[Axis]) -> Axis:
    """The axis that says most of several that lie on one another."""
    longest = max(length(a) for a in column)
    most = [a for a in column if length(a) == longest]
    cut = {tuple(p.size for p in a) for a in most}
    if len(cut) == 1:
        return joined([min(pieces, key=_rank) for pieces in zip(*most, strict=True)])
    return min(most, key=lambda a: max((_rank(p) for p in a), default=len(_SAYING_MOST)))


def _rank(piece: Piece) -> int:
    return _SAYING_MOST.index(piece.source.kind) - len(_SAYING_MOST) * piece.source.batch


def repeated(given: Axis, times: int, absent: bool = False) -> Axis:
    """The axis that stretches one of size 1, or one that was not there."""
    return axis(Source("repeated", "absent" if absent else of_one(given), times))


def joined(pieces: Sequence[Piece]) -> Axis:
    """Pieces in a row, with those that belong together made one."""
    row: list[Piece] = []
    for piece in pieces:
        last = row[-1] if row else None
        if last is not None and last.source == piece.source and last.stride == piece.size * piece.stride:
            row[-1] = Piece(piece.source, last.size * piece.size, piece.stride)
        else:
            row.append(piece)
    return tuple(row)


@dataclass(frozen=True)
class Group:
    """Neighbouring axes that a regrouping makes into neighbouring axes of the same number of elements."""

    before: range
    after: range


def groups(before: Sequence[int], after: Sequence[int]) -> list[Group]:
    """The smallest groups of axes that two shapes of equal number of elements regroup among themselves."""
    found = []
    i = j = 0
    while i < len(before) or j < len(after):
        start, given, made = (i, j), 1, 1
        while (i, j) == start or given != made:
            if (given <= made and i < len(before)) or j >= len(after):
                given *= before[i]
                i += 1
            else:
                made *= after[j]
                j += 1
            if i >= len(before) and j >= len(after):
                break
        found.append(Group(range(start[0], i), range(start[1], j)))
    return found


def regrouped(given: Layout, shape: Sequence[int], otherwise: Hashable) -> Layout:
    """The axes of a view of that shape; where pieces cannot be cut so, mixed ones. An empty tensor has none to cut."""
    pieces = [piece for one in given for piece in one]
    if not length(pieces) or length(pieces) != prod(shape):
        batch = any(piece.source.batch for piece in pieces)
        return tuple(axis(Source("mixed", (otherwise, place), size, batch)) for place, size in enumerate(shape))
    large = [piece for piece in pieces if piece.size > 1]
    sizes = [size for size in shape if size > 1]
    made: list[Axis] = []
    for group in groups([piece.size for piece in large], sizes):
        cut = _cut([large[i] for i in group.before], [sizes[j] for j in group.after])
        batch = any(large[i].source.batch for i in group.before)
        mixed = [axis(Source("mixed", (otherwise, j), sizes[j], batch)) for j in group.after]
        made += mixed if cut is None else cut
    return _with_ones(pieces, shape, made)


def _cut(pieces: Sequence[Piece], sizes: Sequence[int]) -> list[Axis] | None:
    """Axes of those sizes from pieces in a row; None where a piece would have to be cut where it does not divide."""
    left, made = list(pieces), []
    for size in sizes:
        taken: list[Piece] = []
        while size > 1:
            piece = left.pop(0)
            outer = gcd(size, piece.size)
            if outer != min(size, piece.size):
                return None
            inner = piece.size // outer
            taken.append(Piece(piece.source, outer, piece.stride * inner))
            left[:0] = [Piece(piece.source, inner, piece.stride)] if inner > 1 else []
            size //= outer
        made.append(joined(taken))
    return made


def _with_ones(pieces: Sequence[Piece], shape: Sequence[int], large: Sequence[Axis]) -> Layout:
    """The axes of a view with those of size 1: each stands where one stood, and a batch of one goes with the next."""
    ones: dict[int, list[Piece]] = defaultdict(list)
    before = 1
    for piece in pieces:
        before *= piece.size
        ones[before] += [piece] if piece.size == 1 else []
    made: list[Axis] = []
    rest, before = iter(large), 1
    for size in shape:
        if size == 1:
            made.append((ones[before].pop(0),) if ones[before] else ())
        else:
            made.append((*(p for p in ones[before] if p.source.batch), *next(rest)))
            before *= size
    return tuple(made)
