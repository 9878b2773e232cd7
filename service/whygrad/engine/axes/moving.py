"""Operations that move, regroup, drop, add and repeat axes."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from whygrad.engine.axes.pieces import (
    Axis,
    Layout,
    Source,
    axis,
    joined,
    length,
    of_one,
    regrouped,
    repeated,
    resized,
)
from whygrad.engine.axes.seen import Seen, alike, without
from whygrad.engine.observation import Event, Node
from whygrad.engine.operands import value

REDUCING = frozenset(
    {
        "sum", "mean", "nanmean", "nansum", "amax", "amin", "max", "min", "norm", "var", "std", "prod", "logsumexp",
        "argmax", "argmin", "any", "all", "median", "linalg_vector_norm", "mode", "kthvalue", "count_nonzero",
        "linalg_norm", "frobenius_norm", "nuclear_norm", "var_mean", "std_mean", "aminmax",
        "nanmedian", "quantile", "nanquantile", "trapz", "trapezoid",
    }
)  # fmt: skip
"""Operations that take axes away, or leave them at one, with all numbers along them in what is left."""

REGROUPING = frozenset(
    {"view", "reshape", "flatten", "unflatten", "view_as", "reshape_as", "_unsafe_view", "_reshape_alias", "ravel"}
)
"""Operations that regroup the numbers as they lie."""


def _regrouped(seen: Seen) -> Layout:
    return regrouped(seen.first, seen.made.shape, seen.number)


def _permuted(seen: Seen) -> Layout:
    order = permutation(seen.node, seen.event, len(seen.first))
    return tuple(seen.first[i] for i in order) if order else seen.first


def permutation(node: Node, event: Event, rank: int) -> list[int] | None:
    """The order in which an operation puts the axes of its operand; None for one that moves none."""
    order = list(range(rank))
    match node.bare_name:
        case "permute":
            dims = value(node, event, "dims", [])
            return [d % rank for d in dims] if rank and len(dims) == rank else None
        case "transpose" | "swapaxes" | "swapdims":
            pair = [value(node, event, n) for n in ("dim0", "dim1", "axis0", "axis1")]
            one, two = [d % rank for d in pair if isinstance(d, int)][:2] if rank else (0, 0)
            order[one : one + 1], order[two : two + 1] = order[two : two + 1], order[one : one + 1]
            return order
        case "t" | "numpy_T" | "matrix_H" | "mT" | "mH" | "adjoint":
            whole = node.bare_name in ("t", "numpy_T")
            return order[::-1] if whole else [*order[:-2], *order[:-3:-1]]
        case "movedim" | "moveaxis":
            return _moved(node, event, rank) if rank else None
    return None


def _moved(node: Node, event: Event, rank: int) -> list[int]:
    sources, targets = (
        [v] if isinstance(v, int) else v for v in (value(node, event, n) for n in ("source", "destination"))
    )
    pairs = sorted((t % rank, s % rank) for s, t in zip(sources, targets, strict=False))
    order = [i for i in range(rank) if i not in {s for _, s in pairs}]
    for target, source in pairs:
        order.insert(target, source)
    return order


def _selected(seen: Seen) -> Layout:
    gone = seen.axes_named("dim", len(seen.first)) or [0]
    return tuple(a for i, a in enumerate(seen.first) if i not in gone)


def _diagonal(seen: Seen) -> Layout:
    """The axes but two, and those two as the last, which runs along both."""
    rank = len(seen.first)
    one, two = ((seen.axes_named(name, rank) or [0])[0] for name in ("dim1", "dim2"))
    rest = tuple(a for i, a in enumerate(seen.first) if i not in (one, two))
    return (*rest, resized(seen.first[one], seen.made.shape[-1], seen.number)) if rank > 1 else ()


def dropped(node: Node, event: Event) -> list[int]:
    """The axes that a squeeze drops."""
    shape = event.tensors[0].shape if event.inputs else ()
    given = value(node, event, "dim")
    named = given if isinstance(given, list) else [given]
    asked = [n % len(shape) for n in named if isinstance(n, int) and shape]
    return [i for i, s in enumerate(shape) if s == 1 and (given is None or i in asked)]


def _squeezed(seen: Seen) -> Layout:
    gone = dropped(seen.node, seen.event)
    return tuple(a for i, a in enumerate(seen.first) if i not in gone)


def _unsqueezed(seen: Seen) -> Layout:
    rank = len(seen.first) + 1
    place = (seen.axes_named("dim", rank) or [0])[0]
    return (*seen.first[:place], seen.source("added", place), *seen.first[place:])


def _reduced(seen: Seen) -> Layout:
    rank = len(seen.first)
    if seen.node.bare_name in ("max", "min") and "other" in seen.layouts:
        return alike(seen)
    gone = seen.axes_named("dim", rank)
    gone = list(range(rank)) if gone is None else gone
    return without(seen, seen.first, gone)


def _expanded(seen: Seen) -> Layout:
    shape = seen.made.shape
    given = seen.first
    if seen.node.bare_name == "broadcast_tensors":
        place = [t.id for t in seen.event.outputs].index(seen.made.id)
        given = dict(enumerate(seen.layouts.values())).get(place, ())
    missing = len(shape) - len(given)
    if missing < 0:
        return ()
    made = [repeated((), shape[i], absent=True) for i in range(missing)]
    for i, a in enumerate(given, missing):
        made.append(repeated(a, shape[i]) if length(a) == 1 != shape[i] else a)
    return tuple(made)


def _tiled(seen: Seen) -> Layout:
    """`repeat`, whose copies stand outside."""
    shape, missing = seen.made.shape, len(seen.made.shape) - len(seen.first)
    padded = [()] * max(missing, 0) + list(seen.first)
    return tuple(
        _times(a, s // max(length(a), 1), (seen.number, i), outer=True)
        for i, (a, s) in enumerate(zip(padded, shape, strict=False))
    )


def _interleaved(seen: Seen) -> Layout:
    """`repeat_interleave`, whose copies stand inside."""
    shape = seen.made.shape
    if len(shape) != len(seen.first):
        return ()
    return tuple(
        _times(a, s // max(length(a), 1), (seen.number, i), outer=False)
        for i, (a, s) in enumerate(zip(seen.first, shape, strict=True))
    )


def _times(given: Axis, times: int, key: Hashable, *, outer: bool) -> Axis:
    if times <= 1:
        return given
    copies = axis(Source("repeated", of_one(given) if length(given) == 1 else key, times))
    kept = tuple(piece for piece in given if piece.size > 1 or piece.source.batch)
    return joined((*copies, *kept) if outer else (*kept, *copies))


MOVING: dict[str, Callable[[Seen], Layout]] = {
    **dict.fromkeys(REGROUPING, _regrouped),
    **dict.fromkeys(REDUCING, _reduced),
    **dict.fromkeys(("permute", "transpose", "swapaxes", "swapdims", "movedim", "moveaxis"), _permuted),
    **dict.fromkeys(("t", "numpy_T", "matrix_H", "mT", "mH", "adjoint"), _permuted),
    **dict.fromkeys(("select", "unbind"), _selected),
    **dict.fromkeys(("diagonal", "linalg_diagonal"), _diagonal),
    "squeeze": _squeezed,
    "unsqueeze": _unsqueezed,
    **dict.fromkeys(("expand", "expand_as", "broadcast_to", "broadcast_tensors"), _expanded),
    **dict.fromkeys(("repeat", "tile"), _tiled),
    "repeat_interleave": _interleaved,
}
