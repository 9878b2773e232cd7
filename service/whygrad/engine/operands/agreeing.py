"""The sizes that an operation needs of its operands, where it is of no family: two of one width for `cdist`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

from whygrad.engine.observation import Event, Json, Node, Operand
from whygrad.engine.operands import value


@dataclass(frozen=True)
class Need:
    """An operand that lacks the size `wanted` in a dimension, which is counted from the end."""

    operand: Operand
    axis: int
    wanted: int

    @property
    def given(self) -> int:
        """The size that it has there."""
        return self.operand.tensor.shape[self.axis]


_Operands = Mapping[str, Operand]
_Given = Callable[[str], Json]
_Ways = Iterator[list[Need]]


def ways_to_agree(node: Node, event: Event) -> Iterator[tuple[Need, ...]]:
    """What an execution lacks to pass, the likeliest first where several would do; nothing for an unknown operation."""
    seen, known = {o.role: o for o in event.inputs}, _KNOWN.get(node.bare_name)
    for needs in known(seen, lambda name: value(node, event, name)) if known else ():
        missing = tuple(n for n in needs if len(n.operand.tensor.shape) >= -n.axis and n.given != n.wanted)
        yield from [missing] if missing else []


def _of_one_width(seen: _Operands, _: _Given) -> _Ways:
    """All as wide as one of them."""
    operands = [o for o in seen.values() if o.tensor.shape]
    for width in dict.fromkeys(o.tensor.shape[-1] for o in operands):
        yield [Need(o, -1, width) for o in operands]


def _of_three(seen: _Operands, given: _Given) -> _Ways:
    """Vectors in space: three numbers along the dimension of a cross product."""
    dim = given("dim")
    ranks = ((o, len(o.tensor.shape)) for o in seen.values())
    if isinstance(dim, int):
        yield [Need(o, dim if dim < 0 else dim - rank, 3) for o, rank in ranks]


def _of_a_grid(seen: _Operands, _: _Given) -> _Ways:
    """A place for each spatial dimension of what is sampled."""
    if "input" in seen and "grid" in seen:
        yield [Need(seen["grid"], -1, len(seen["input"].tensor.shape) - 2)]


def _of_channels(seen: _Operands, _: _Given) -> _Ways:
    """A slope for each channel."""
    if "weight" in seen and len(seen["self"].tensor.shape) > 1:
        yield [Need(seen["weight"], -1, seen["self"].tensor.shape[1])]


def _of_a_mask(seen: _Operands, _: _Given) -> _Ways:
    """A row for each query, and a column for each key."""
    if {"query", "key", "attn_mask"} <= seen.keys():
        rows, columns = (seen[role].tensor.shape[-2] for role in ("query", "key"))
        yield [Need(seen["attn_mask"], -2, rows), Need(seen["attn_mask"], -1, columns)]


def _of_places(seen: _Operands, _: _Given) -> _Ways:
    """The sizes of the places that a pooling took its values from."""
    if {"self", "indices"} <= seen.keys():
        yield list(_as(seen["self"], seen["indices"].tensor.shape))


def _of_rows(seen: _Operands, given: _Given) -> _Ways:
    """Rows of the sizes of those that they are put among, or the other way round."""
    dim = given("dim")
    if isinstance(dim, int) and {"self", "source"} <= seen.keys():
        for rows, among in (("source", "self"), ("self", "source")):
            axis = dim if dim < 0 else dim - len(seen[rows].tensor.shape)
            yield [need for need in _as(seen[rows], seen[among].tensor.shape) if need.axis != axis]


def _of_windows(seen: _Operands, given: _Given) -> _Ways:
    """So many channels that each window has as many of its places."""
    places, shape = prod(given("kernel_size") or ()), seen["self"].tensor.shape if "self" in seen else ()
    if len(shape) > 1 and places > 0:
        yield [Need(seen["self"], -2, -(-shape[-2] // places) * places)]


def _as(operand: Operand, shape: tuple[int, ...]) -> Iterator[Need]:
    """The sizes of another of as many dimensions."""
    if len(operand.tensor.shape) == len(shape):
        yield from (Need(operand, axis - len(shape), size) for axis, size in enumerate(shape))


_KNOWN: dict[str, Callable[[_Operands, _Given], _Ways]] = {
    "cdist": _of_one_width,
    "triplet_margin_loss": _of_one_width,
    "grid_sampler": _of_a_grid,
    "prelu": _of_channels,
    "scaled_dot_product_attention": _of_a_mask,
    "cross": _of_three,
    "linalg_cross": _of_three,
    "col2im": _of_windows,
    **dict.fromkeys(("max_unpool2d", "max_unpool3d"), _of_places),
    **dict.fromkeys(("index_add", "index_copy", "index_reduce"), _of_rows),
}
