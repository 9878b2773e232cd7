"""Operations that give a number for each of two vectors, or for each matrix: distances, similarities, determinants."""

from __future__ import annotations

from collections.abc import Callable

from whygrad.engine.axes.pieces import Layout, stretched
from whygrad.engine.axes.seen import Seen, without


def _held_together(seen: Seen) -> Layout:
    """One number for each two vectors, which lie along an axis that is named, or the last."""
    operands = list(seen.layouts.values())
    pair = stretched(operands, max(map(len, operands), default=0))
    gone = seen.axes_named("dim", len(pair)) or [len(pair) - 1]
    return without(seen, pair, gone)


def _each_with_each(seen: Seen) -> Layout:
    """`cdist`: the rows of one against those of the other."""
    left, right = seen.read("x1"), seen.read("x2")
    batches = stretched([left[:-2], right[:-2]], max(len(left), len(right), 2) - 2)
    return (*batches, *left[-2:-1], *right[-2:-1])


def _of_matrices(seen: Seen) -> Layout:
    return seen.first[:-2]


def _of_classes(seen: Seen) -> Layout:
    """A loss of classes, one for each place, whatever its target is: the classes are gone."""
    given = seen.read("self")
    places = (*given[:1], *given[2:]) if len(given) > 1 else ()
    return stretched([a for a in (seen.read("target"), places) if len(a) == len(places)], len(places))


MEASURING: dict[str, Callable[[Seen], Layout]] = {
    **dict.fromkeys(("pairwise_distance", "cosine_similarity", "linalg_vecdot", "triplet_margin_loss"), _held_together),
    **dict.fromkeys(("cdist", "_euclidean_dist"), _each_with_each),
    **dict.fromkeys(("det", "linalg_det", "logdet", "slogdet", "linalg_slogdet"), _of_matrices),
    **dict.fromkeys(("cross_entropy_loss", "nll_loss", "nll_loss_nd", "nll_loss2d"), _of_classes),
}
