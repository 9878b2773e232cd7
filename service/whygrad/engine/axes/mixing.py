"""Operations that make new axes: layers, products, joins, tables."""

from __future__ import annotations

from collections.abc import Callable

from whygrad.engine.axes.pieces import (
    Axis,
    Layout,
    Source,
    axis,
    length,
    resized,
    stretched,
)
from whygrad.engine.axes.seen import Seen, alike, new, sized

_FACTORIES = frozenset(
    {"zeros", "ones", "full", "empty", "rand", "randn", "randint", "arange", "eye", "linspace", "tensor"}
)


def _linear(seen: Seen) -> Layout:
    rest = seen.first[:-1]
    return (*rest, seen.source("made", len(rest))) if len(seen.made.shape) == len(seen.first) else rest


def _convolved(seen: Seen) -> Layout:
    spatial = len(seen.read("weight")) - 2
    place = len(seen.made.shape) - spatial - 1
    if spatial < 1 or place < 0 or len(seen.first) != len(seen.made.shape):
        return ()
    kept = sized(seen, seen.first)
    return (*kept[:place], seen.source("made", place), *kept[place + 1 :])


def _multiplied(seen: Seen) -> Layout:
    left, right = seen.read("self", "mat1", "batch1"), seen.read("mat2", "other", "vec", "batch2", "vec2")
    if seen.node.bare_name in ("addmm", "addmv", "addbmm", "baddbmm"):
        left = seen.read("mat1", "batch1", "mat")
    rows = left[-2:-1] if len(left) > 1 else ()
    columns = right[-1:] if len(right) > 1 else ()
    weights = seen.source("made", len(seen.made.shape) - 1) if columns and _weight(columns[0]) else None
    batches = stretched([left[:-2], right[:-2]], max(len(left), len(right), 2) - 2)
    return (*batches, *rows, *((weights,) if weights else columns))


def _weight(given: Axis) -> bool:
    return all(piece.source.kind == "weight" for piece in given)


def _outer(seen: Seen) -> Layout:
    return seen.read("self") + seen.read("vec2", "other")


def _embedded(seen: Seen) -> Layout:
    indices = seen.read("indices")
    return (*indices, seen.source("made", len(indices))) if len(seen.made.shape) == len(indices) + 1 else ()


def _one_hot(seen: Seen) -> Layout:
    return (*seen.first, seen.source("made", len(seen.first)))


def _concatenated(seen: Seen) -> Layout:
    rank = len(seen.made.shape)
    parts = [a for a in seen.layouts.values() if len(a) == rank]
    along = (seen.axes_named("dim", rank) or [0])[0] if rank else 0
    rest = [[a for i, a in enumerate(part) if i != along] for part in parts]
    if len({tuple(length(a) for a in r) for r in rest}) != 1:
        return ()
    made = list(stretched([tuple(r) for r in rest], rank - 1))
    batch = any(piece.source.batch for part in parts for piece in part[along])
    made.insert(along, axis(Source("joined", (seen.number, along), seen.made.shape[along], batch)))
    return tuple(made)


def _stacked(seen: Seen) -> Layout:
    rank = len(seen.made.shape)
    along = (seen.axes_named("dim", rank) or [0])[0] if rank else 0
    made = list(stretched(list(seen.layouts.values()), rank - 1)) if seen.layouts else []
    made.insert(along, seen.source("joined", along))
    return tuple(made)


def _recurred(seen: Seen) -> Layout:
    """What a recurrent layer gives: its outputs, then its states of (layers, batch, features)."""
    given = seen.first
    if len(given) != 3 or len(seen.made.shape) != 3:
        return ()
    if seen.made.id == seen.event.outputs[0].id:
        return (*given[:2], seen.source("made", 2))
    batch = given[0] if seen.value("batch_first") else given[1]
    return (seen.source("joined", 0), batch, seen.source("made", 2))


def _contracted(seen: Seen) -> Layout:
    """The letters of an einsum."""
    equation = str(seen.value("equation") or "").replace(" ", "")
    terms, arrow, result = equation.partition("->")
    letters: dict[str, Axis] = {}
    for term, layout in zip(terms.split(","), seen.layouts.values(), strict=False):
        if len(term) != len(layout):
            return ()
        for letter, one in zip(term, layout, strict=True):
            if letter not in letters or length(letters[letter]) == 1 or _weight(letters[letter]):
                letters[letter] = one
    if not arrow or not all(letter in letters for letter in result):
        return ()
    return tuple(seen.source("made", i) if _weight(letters[n]) else letters[n] for i, n in enumerate(result))


def _indexed(seen: Seen) -> Layout:
    """A table taken at the places of its indices: what they give stands where the first does, if none is left out."""
    places = sorted(int(role[8:-1]) for role in seen.layouts if role.startswith("indices["))
    indices = [seen.layouts[f"indices[{place}]"] for place in places]
    if not places or len(seen.made.shape) != len(seen.first) - len(places) + max(map(len, indices)):
        return alike(seen)
    begin = places[0] if places[-1] - places[0] < len(places) else 0
    rest = [a for i, a in enumerate(seen.first) if i not in places]
    return (*rest[:begin], *stretched(indices, max(map(len, indices))), *rest[begin:])


def _gathered(seen: Seen) -> Layout:
    """One number of each row is a part of the row, also where its index was given the axis by hand."""
    made = list(alike(seen))
    for along in seen.axes_named("dim", len(made)) or ():
        if seen.made.shape[along] == 1 and len(seen.first) == len(made):
            made[along] = resized(seen.first[along], 1, (seen.number, along))
    return tuple(made)


def _of_a_cell(seen: Seen) -> Layout:
    return (*seen.first[:-1], seen.source("made", len(seen.made.shape) - 1))


def _attended(seen: Seen) -> Layout:
    return (*seen.read("query")[:-1], *seen.read("value")[-1:])


MIXING: dict[str, Callable[[Seen], Layout]] = {
    "linear": _linear,
    **dict.fromkeys((f"conv{n}d" for n in (1, 2, 3)), _convolved),
    **dict.fromkeys((f"conv_transpose{n}d" for n in (1, 2, 3)), _convolved),
    **dict.fromkeys(("_convolution", "convolution"), _convolved),
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "addmm", "addmv", "addbmm", "baddbmm"), _multiplied),
    **dict.fromkeys(("outer", "ger"), _outer),
    "embedding": _embedded,
    "one_hot": _one_hot,
    **dict.fromkeys(("cat", "concat", "concatenate"), _concatenated),
    "stack": _stacked,
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _recurred),
    "einsum": _contracted,
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), _of_a_cell),
    "index": _indexed,
    **dict.fromkeys(("gather", "take_along_dim"), _gathered),
    "scaled_dot_product_attention": _attended,
    **dict.fromkeys(_FACTORIES, new),
}
