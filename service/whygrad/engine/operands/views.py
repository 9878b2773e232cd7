"""Views: which sizes can be read out of memory as it lies, without a copy."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value
from whygrad.engine.operands.dividing import fills


def unviewable(node: Node, event: Event) -> Operand | None:
    """The operand of a view whose sizes multiply out, while its memory is laid out in another order."""
    operand, sizes = next((o for o in event.inputs if o.role == "self"), None), asked(node, event)
    if node.bare_name not in ("view", "view_as") or operand is None or sizes is None:
        return None
    tensor = operand.tensor
    if not tensor.elements or len(tensor.strides) != len(tensor.shape):
        return None
    return None if viewable(tensor.shape, tensor.strides, sizes) else operand


def asked(node: Node, event: Event) -> tuple[int, ...] | None:
    """The sizes that a view is to give, the open one worked out; None where its numbers do not fill them."""
    given, other = event.input("self"), event.input("other")
    sizes = other.shape if other is not None else value(node, event, "size")
    if given is None or not isinstance(sizes, list | tuple) or not fills(given.elements, sizes):
        return None
    return _whole(given.elements, sizes)


def viewable(shape: Sequence[int], strides: Sequence[int], asked: Sequence[int]) -> bool:
    """Whether sizes can be given strides of their own over the same memory: each run of it must be filled exactly."""
    remaining = list(asked)
    for run in _runs(shape, strides):
        filled = 1
        while remaining and (filled < run or remaining[-1] == 1):
            filled *= remaining.pop()
        if filled != run:
            return False
    return all(size == 1 for size in remaining)


def _runs(shape: Sequence[int], strides: Sequence[int]) -> list[int]:
    """The numbers of elements that follow each other evenly in memory, the last dimensions first."""
    runs: list[int] = []
    following = None
    for size, stride in reversed([(n, s) for n, s in zip(shape, strides, strict=True) if n != 1]):
        if stride == following:
            runs[-1] *= size
        else:
            runs.append(size)
        following = stride * size
    return runs


def _whole(elements: int, sizes: Sequence[int]) -> tuple[int, ...]:
    """The sizes with the open one worked out."""
    known = prod(size for size in sizes if size != -1)
    return tuple(elements // known if size == -1 and known else size for size in sizes)
