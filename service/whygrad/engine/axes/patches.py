"""Patches of an image put back side by side by a view, and maps that a view makes smaller or larger.

`(n, h/p * w/p, p * p)` read as `(n, h, w)` puts a whole patch into a row and a part; `(n, h/p, w/p, p, p)` has its axes
to swap first. So has `(n, c, h, w)` before it is `(n, c * s * s, h/s, w/s)`, as in `pixel_unshuffle`, or the other way.
"""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.axes.pieces import Layout, Piece, groups, length
from whygrad.engine.axes.swaps import Swap
from whygrad.engine.observation import Observation

_MAP = 4
_PARTS = (3, 2)
"""The places of a patch down and across and what it is made of, and the height and width that these are read as."""


def put_back(observation: Observation, before: Layout, after: Sequence[int]) -> Swap | None:
    """How the axes of patches should have moved for them to be the image that was sent; None where they are none."""
    pieces, sizes = [p for a in before for p in a if p.size > 1], [s for s in after if s > 1]
    for group in groups([p.size for p in pieces], sizes):
        if (len(group.before), len(group.after)) != _PARTS:
            continue
        (down, across, patch), (height, width) = (pieces[i] for i in group.before), (sizes[j] for j in group.after)
        rows, columns = height // down.size, width // across.size
        cut = height % down.size == 0 == width % across.size and rows * columns == patch.size and min(rows, columns) > 1
        if cut and patch.source.kind == "made" and _of_an_image(observation, down, across, height, width):
            lying = [piece.size for piece in pieces]
            first, last = lying[: group.before.start], lying[group.before.stop :]
            seen_as = (*first, down.size, across.size, rows, columns, *last)
            order, at = list(range(len(seen_as))), len(first) + 1
            order[at], order[at + 1] = order[at + 1], order[at]
            return Swap(seen_as, tuple(order))
    return None


def shuffled(before: Layout, after: Sequence[int]) -> Swap | None:
    """How the axes of a map should have moved for its channels to take in, or give, what its sides lose or gain.

    Not of a map whose sides a linear layer gave, in whatever order it learns.
    """
    sizes = [length(axis) for axis in before]
    if len(sizes) != _MAP or len(after) != _MAP or sizes[0] != after[0] or not all(len(a) == 1 for a in before[1:]):
        return None
    if any(axis[0].source.kind == "made" for axis in before[2:]):
        return None
    (n, c, h, w), (_, channels, height, width) = sizes, after
    down = h // height if height and h % height == 0 and h // height == w // max(width, 1) and w % width == 0 else 0
    if down > 1 and channels == c * down * down:
        return Swap((n, c, height, down, width, down), (0, 1, 3, 5, 2, 4))
    up = height // h if h and height % h == 0 and height // h == width // max(w, 1) and width % w == 0 else 0
    if up > 1 and c == channels * up * up:
        return Swap((n, channels, up, up, h, w), (0, 1, 4, 2, 5, 3))
    return None


def _of_an_image(observation: Observation, down: Piece, across: Piece, height: int, width: int) -> bool:
    """Whether two axes are the height and the width of what was sent in those sizes."""
    places = [p.source.key for p in (down, across) if p.source.kind == "input" and isinstance(p.source.key, int)]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    return any(t.shape[places[0] : places[1] + 1] == (height, width) for t in observation.first.inputs)
