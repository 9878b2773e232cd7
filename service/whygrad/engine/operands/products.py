"""Matrix products: which sizes of their factors must agree, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from whygrad.engine.observation import Event, Node, Operand, Tensor
from whygrad.engine.operands import value

_Side = tuple[str, int]

_PAIRS: dict[str, tuple[tuple[_Side, _Side], ...]] = {
    "linear": ((("input", -1), ("weight", 1)),),
    "mm": ((("self", 1), ("mat2", 0)),),
    "bmm": ((("self", 2), ("mat2", 1)), (("self", 0), ("mat2", 0))),
    "mv": ((("self", 1), ("vec", 0)),),
    "dot": ((("self", 0), ("tensor", 0)),),
    "vdot": ((("self", 0), ("other", 0)),),
    "inner": ((("self", -1), ("other", -1)),),
    "addmm": ((("mat1", 1), ("mat2", 0)),),
    "_addmm_activation": ((("mat1", 1), ("mat2", 0)),),
    "addmv": ((("mat", 1), ("vec", 0)),),
    "addbmm": ((("batch1", 2), ("batch2", 1)), (("batch1", 0), ("batch2", 0))),
    "baddbmm": ((("batch1", 2), ("batch2", 1)), (("batch1", 0), ("batch2", 0))),
    "bilinear": ((("input1", -1), ("weight", 1)), (("input2", -1), ("weight", 2))),
    "scaled_dot_product_attention": ((("query", -1), ("key", -1)), (("key", -2), ("value", -2))),
}
_CHAINS = {"chain_matmul": "matrices", "linalg_multi_dot": "tensors"}


@dataclass(frozen=True)
class Mismatch:
    """Two sizes that must be equal: the left factor gives one, the right factor takes another."""

    left: Operand
    right: Operand
    given: int
    wanted: int


def mismatch(node: Node, event: Event) -> Mismatch | None:
    """The first two sizes of a matrix product that disagree; None for any other operation."""
    for left, i, right, j in _pairs(node, event):
        if _has(left.tensor, i) and _has(right.tensor, j) and left.tensor.shape[i] != right.tensor.shape[j]:
            return Mismatch(left, right, left.tensor.shape[i], right.tensor.shape[j])
    return None


def factors(node: Node, event: Event) -> tuple[Tensor, ...]:
    """The tensors that a matrix product multiplies; empty for any other operation."""
    found = {o.role: o.tensor for pair in _pairs(node, event) for o in (pair[0], pair[2])}
    return tuple(found.values())


def _pairs(node: Node, event: Event) -> Iterator[tuple[Operand, int, Operand, int]]:
    op, seen = node.bare_name, {o.role: o for o in event.inputs}
    if op == "matmul" and {"self", "other"} <= seen.keys():
        yield from _matmul(seen["self"], seen["other"])
    elif op == "tensordot" and {"self", "other"} <= seen.keys():
        axes = zip(value(node, event, "dims_self", []), value(node, event, "dims_other", []), strict=False)
        yield from ((seen["self"], i, seen["other"], j) for i, j in axes)
    elif op in _CHAINS:
        chained = [o for o in event.inputs if o.role.startswith(_CHAINS[op])]
        yield from ((left, -1, right, 0) for left, right in pairwise(chained))
    for (left, i), (right, j) in _PAIRS.get(op, ()):
        if left in seen and right in seen:
            yield seen[left], i, seen[right], j


def _matmul(left: Operand, right: Operand) -> Iterator[tuple[Operand, int, Operand, int]]:
    """The inner sizes, then those of the batches that do not stretch to each other."""
    yield left, -1, right, -2 if len(right.tensor.shape) > 1 else -1
    axes = range(3, min(len(left.tensor.shape), len(right.tensor.shape)) + 1)
    for axis in axes:
        if 1 not in (left.tensor.shape[-axis], right.tensor.shape[-axis]):
            yield left, -axis, right, -axis


def _has(tensor: Tensor, axis: int) -> bool:
    return -len(tensor.shape) <= axis < len(tensor.shape)


def flattened_from(shape: Sequence[int], wanted: int) -> int | None:
    """The first dimension behind the batch from which flattening gives `wanted` features; None where none does.

    An image of one channel is flattened with it: its rows are samples, not channels.
    """
    return next((axis for axis in range(1, len(shape) - 1) if prod(shape[axis:]) == wanted), None)
