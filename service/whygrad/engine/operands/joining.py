"""Tensors that are joined must agree in every dimension but one."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_JOINED = frozenset(
    {"cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack"}
)
_ALONG: dict[str, int | None] = {
    "stack": None,
    "hstack": 1,
    "vstack": 0,
    "row_stack": 0,
    "dstack": 2,
    "column_stack": 1,
}


@dataclass(frozen=True)
class Unjoinable:
    """Two tensors that cannot be joined: they differ in the dimension `axis`, or in their number of dimensions.

    `first` is None where there is nothing to join, `second` where `first` has no dimension at all.
    """

    first: Operand | None
    second: Operand | None
    axis: int | None


def unjoinable(node: Node, event: Event) -> Unjoinable | None:
    """What a cat or stack cannot join; None where the shapes agree."""
    op = node.bare_name
    if op not in _JOINED:
        return None
    joined = [o for o in event.inputs if o.role.startswith("tensors")]
    if not joined:
        return Unjoinable(None, None, None)
    if op == "cat":
        joined = [o for o in joined if o.tensor.shape != (0,)] or joined
        if not joined[0].tensor.shape:
            return Unjoinable(joined[0], None, None)
    return next((d for o in joined[1:] if (d := _differing(joined[0], o, _free(op, node, event)))), None)


def _free(op: str, node: Node, event: Event) -> int | None:
    """The dimension in which the tensors may differ; None where there is none."""
    return _ALONG[op] if op in _ALONG else int(value(node, event, "dim", 0))


def _differing(first: Operand, other: Operand, free: int | None) -> Unjoinable | None:
    one, two = first.tensor.shape, other.tensor.shape
    if len(one) != len(two):
        return Unjoinable(first, other, None)
    free = free % len(one) if free is not None and one else None
    return next((Unjoinable(first, other, a) for a in range(len(one)) if a != free and one[a] != two[a]), None)
