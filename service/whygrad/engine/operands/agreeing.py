"""The sizes that an operation needs of its operands, where it is of no family: two of one width for `cdist`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_CROSSING = ("cross", "linalg_cross")


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
_Ways = Iterator[list[Need]]


def ways_to_agree(node: Node, event: Event) -> Iterator[tuple[Need, ...]]:
    """What an execution lacks to pass, the likeliest first where several would do; nothing for an unknown operation."""
    seen = {o.role: o for o in event.inputs}
    known, dim = _KNOWN.get(node.bare_name), value(node, event, "dim")
    if node.bare_name in _CROSSING and isinstance(dim, int):
        known = partial(_of_three, dim=dim)
    for needs in known(seen) if known else ():
        missing = tuple(n for n in needs if len(n.operand.tensor.shape) >= -n.axis and n.given != n.wanted)
        yield from [missing] if missing else []


def _of_one_width(seen: _Operands) -> _Ways:
    """All as wide as one of them."""
    operands = [o for o in seen.values() if o.tensor.shape]
    for width in dict.fromkeys(o.tensor.shape[-1] for o in operands):
        yield [Need(o, -1, width) for o in operands]


def _of_three(seen: _Operands, dim: int) -> _Ways:
    """Vectors in space: three numbers along the dimension of a cross product."""
    ranks = ((o, len(o.tensor.shape)) for o in seen.values())
    yield [Need(o, dim if dim < 0 else dim - rank, 3) for o, rank in ranks]


def _of_a_grid(seen: _Operands) -> _Ways:
    """A place for each spatial dimension of what is sampled."""
    if "input" in seen and "grid" in seen:
        yield [Need(seen["grid"], -1, len(seen["input"].tensor.shape) - 2)]


def _of_channels(seen: _Operands) -> _Ways:
    """A slope for each channel."""
    if "weight" in seen and len(seen["self"].tensor.shape) > 1:
        yield [Need(seen["weight"], -1, seen["self"].tensor.shape[1])]


def _of_a_mask(seen: _Operands) -> _Ways:
    """A row for each query, and a column for each key."""
    if {"query", "key", "attn_mask"} <= seen.keys():
        rows, columns = (seen[role].tensor.shape[-2] for role in ("query", "key"))
        yield [Need(seen["attn_mask"], -2, rows), Need(seen["attn_mask"], -1, columns)]


_KNOWN: dict[str, Callable[[_Operands], _Ways]] = {
    "cdist": _of_one_width,
    "triplet_margin_loss": _of_one_width,
    "grid_sampler": _of_a_grid,
    "prelu": _of_channels,
    "scaled_dot_product_attention": _of_a_mask,
}
