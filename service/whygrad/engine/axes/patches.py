"""Patches of an image put back side by side by a view: the rows of a patch are no rows of the image.

`(n, h/p * w/p, p * p)` read as `(n, h, w)` puts a whole patch into a row and a part; `(n, h/p, w/p, p, p)` has its axes
to swap first.
"""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.axes.pieces import Layout, Piece, groups
from whygrad.engine.axes.swaps import Swap
from whygrad.engine.observation import Observation

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


def _of_an_image(observation: Observation, down: Piece, across: Piece, height: int, width: int) -> bool:
    """Whether two axes are the height and the width of what was sent in those sizes."""
    places = [p.source.key for p in (down, across) if p.source.kind == "input" and isinstance(p.source.key, int)]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    return any(t.shape[places[0] : places[1] + 1] == (height, width) for t in observation.first.inputs)
