"""Sizes that must multiply out, or add up, to those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from math import isqrt, prod
from operator import mul

from whygrad.engine.observation import Event, Json, Node, Operand, Tensor
from whygrad.engine.operands import value

_VIEWS = {"view": "size", "reshape": "shape", "_unsafe_view": "size", "_reshape_alias": "size"}
_VIEWS_AS = frozenset({"view_as", "reshape_as"})
ADDED_UP = frozenset({"split", "split_with_sizes", "unsafe_split", "narrow"})
"""Operations whose sizes are to add up to that of a dimension, or to less."""

_SPLIT = {"split": "split_size", "split_with_sizes": "split_sizes", "unsafe_split": "split_size"}


@dataclass(frozen=True)
class Misfit:
    """A tensor whose elements do not fill the sizes asked for; `axis` where only that dimension was to be cut up."""

    operand: Operand
    asked: tuple[int, ...]
    axis: int | None = None

    @property
    def available(self) -> int:
        """What there is: all elements, or the size of the dimension."""
        return self.operand.tensor.elements if self.axis is None else self.operand.tensor.shape[self.axis]


def misfit(node: Node, event: Event) -> Misfit | None:
    """What a view, reshape, unflatten, shuffle or split cannot divide as asked; None where it can."""
    op, operand = node.bare_name, next((o for o in event.inputs if o.role in ("self", "input")), None)
    if operand is None:
        return None
    if op in _VIEWS or op in _VIEWS_AS:
        return _view(node, event, operand)
    axis = value(node, event, "dim", 0)
    if op == "unflatten" and _has(operand.tensor, axis):
        asked = tuple(value(node, event, "sizes", ()))
        return None if fills(operand.tensor.shape[axis], asked) else Misfit(operand, asked, axis)
    if op in _SPLIT and _has(operand.tensor, axis):
        parts = value(node, event, _SPLIT[op])
        whole = not isinstance(parts, list) or sum(parts) == operand.tensor.shape[axis]
        return None if whole else Misfit(operand, tuple(parts), axis)
    if op == "narrow" and _has(operand.tensor, axis):
        parts = (value(node, event, "start"), value(node, event, "length"))
        beyond = all(isinstance(p, int) and p >= 0 for p in parts) and sum(parts) > operand.tensor.shape[axis]
        return Misfit(operand, parts, axis) if beyond else None
    return _shuffled(op, node, event, operand)


def _view(node: Node, event: Event, operand: Operand) -> Misfit | None:
    other = event.input("other")
    asked = other.shape if other is not None else value(node, event, _VIEWS.get(node.bare_name, ""))
    if not isinstance(asked, list | tuple) or fills(operand.tensor.elements, asked):
        return None
    return Misfit(operand, tuple(asked))


def _shuffled(op: str, node: Node, event: Event, operand: Operand) -> Misfit | None:
    for axis, parts in _equal_parts(op, node, event, rank=len(operand.tensor.shape)):
        if _has(operand.tensor, axis) and min(parts) > 0 and operand.tensor.shape[axis] % prod(parts):
            return Misfit(operand, parts, axis)
    return None


def _equal_parts(op: str, node: Node, event: Event, rank: int) -> list[tuple[int, tuple[int, ...]]]:
    """The dimensions that a shuffle cuts up, and into what."""
    if op == "glu":
        return [(value(node, event, "dim", -1), (2,))]
    if rank < 3:
        return []
    if op == "pixel_shuffle":
        factor = value(node, event, "upscale_factor", 1)
        return [(-3, (factor, factor))]
    if op == "pixel_unshuffle":
        factor = value(node, event, "downscale_factor", 1)
        return [(-2, (factor,)), (-1, (factor,))]
    return [(1, (value(node, event, "groups", 1),))] if op == "channel_shuffle" else []


def left_over(wrong: Misfit) -> list[tuple[int, int]]:
    """For each factor that can be another one, the last first: its place, and what the others leave for it.

    The dimensions that the sizes begin with alike are meant to stay, and an open first one stands for the batch.
    """
    shape, asked = wrong.operand.tensor.shape, wrong.asked
    if wrong.axis is None and asked[:1] == (-1,):
        asked = (*shape[:1], *asked[1:])
    alike = zip(shape, asked, strict=False) if wrong.axis is None else ()
    kept = len(list(takewhile(lambda pair: pair[0] == pair[1], alike)))
    found = []
    for place in range(len(asked) - 1, kept - 1, -1):
        others = prod(asked[:place] + asked[place + 1 :])
        if others > 0 and wrong.available % others == 0:
            found.append((place, wrong.available // others))
        elif others < 0 and wrong.axis is None and (fitting := _untorn(shape, asked, place)):
            found.append((place, fitting))
    return found


def _untorn(shape: Sequence[int], asked: Sequence[int], place: int) -> int | None:
    """The size in one place of those asked for with which each dimension is cut up by itself, beside one left open."""
    ends, left = set(accumulate(shape, mul)), prod(shape) // -prod((*asked[:place], *asked[place + 1 :]))
    for size in _divisors(left, max(shape)):
        whole = [left // size if s == -1 else s for s in (*asked[:place], size, *asked[place + 1 :])]
        if prod(whole) == prod(shape) and ends <= set(accumulate(whole, mul)):
            return size
    return None


def _divisors(number: int, most: int) -> list[int]:
    """The divisors of a number, from 2 on to the largest that is wanted."""
    small = [n for n in range(1, isqrt(max(number, 0)) + 1) if number % n == 0]
    return sorted({d for n in small for d in (n, number // n) if 2 <= d <= most})


def fills(elements: int, sizes: Sequence[int]) -> bool:
    """Whether sizes, of which one may be -1, multiply to that many elements."""
    known = prod(s for s in sizes if s != -1)
    if any(s < -1 for s in sizes) or list(sizes).count(-1) > 1:
        return False
    if -1 in sizes:
        return known != 0 and elements % known == 0
    return known == elements


def _has(tensor: Tensor, axis: Json) -> bool:
    return isinstance(axis, int) and -len(tensor.shape) <= axis < len(tensor.shape)
