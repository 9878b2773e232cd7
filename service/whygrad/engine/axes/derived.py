"""Sizes that follow from one of the traced example, as a map of features has from a picture, and stand as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from math import prod

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value

_POOLING = re.compile(r"(max|avg)_pool[123]d")
_LEAST = 2

Resized = tuple[int, int]
"""The size that an axis of the input had in the example, and the one that came."""


def scaled(observation: Observation, known: Layouts, failed: Event) -> Iterator[Resized]:
    """The sizes that the axes of what was refused had in the example, as far as they come out even, and those now."""
    for given in dict.fromkeys(a for tensor in failed.tensors for a in known.of(tensor)):
        sizes = [(p.size, *_of_input(observation, given[i : i + 1])) for i, p in enumerate(given)]
        if all(size * recorded % sent == 0 for size, recorded, sent in sizes):
            was, now = prod(s * recorded // sent for s, recorded, sent in sizes), prod(s for s, _, _ in sizes)
            yield from [(was, now)] if was != now else []


def as_recorded(observation: Observation, given: Axis) -> int | None:
    """The size that an axis had in the example; None where that is not told.

    A piece of an axis of the input was as much of it then, or, where that does not come out, cut by as many.
    """
    sizes = [_piece_as_recorded(p.size, *_of_input(observation, given[i : i + 1])) for i, p in enumerate(given)]
    return prod(sizes) if min(sizes, default=1) > 0 else None


def _piece_as_recorded(size: int, recorded: int, sent: int) -> int:
    exact = sent > 0 and size * recorded % sent == 0
    return size * recorded // sent if exact else size + recorded - sent


def resampled(observation: Observation, known: Layouts, failed: Event, node: Node) -> tuple[Resized, list[int]] | None:
    """Of a resampling behind what was refused: the size that it follows, and what it has to give to fit there."""
    given = node.literal("output_size")
    if not node.bare_name.startswith(("upsample_", "adaptive_")) or not isinstance(given, list):
        return None
    for mine, other in permutations(failed.tensors, 2):
        now, axes = list(other.shape[-len(given) :]), known.of(other)[-len(given) :]
        if list(mine.shape[-len(given) :]) == given != now and len(now) == len(given):
            followed = _followed(observation, axes, given, now)
            if followed is not None:
                return followed, now
    return None


def enlarged(
    observation: Observation, known: Layouts, failed: Event, node: Node, event: Event
) -> tuple[Resized, list[float]] | None:
    """Of a resampling by a factor that followed two sizes of the example, of which one is as it was: the one for now.

    Where what it is given has another size too, a factor that somebody wrote would fit as well.
    """
    factors = node.literal("scale_factors")
    if not node.bare_name.startswith("upsample_") or not isinstance(factors, list) or not event.tensors:
        return None
    given, sides = event.tensors[0], slice(-len(factors), None)
    for mine, other in permutations(failed.tensors, 2):
        found = [_of_input(observation, axis) for axis in known.of(other)[sides]]
        was = [size * r // s for size, (r, s) in zip(other.shape[sides], found, strict=False)]
        fitted = mine in event.outputs and was == list(mine.shape[sides]) != list(other.shape[sides])
        if fitted and not _sent_resized(observation, known, given):
            resized = next((r, s) for r, s in found if r != s)
            return resized, [now / size for now, size in zip(other.shape[sides], given.shape[sides], strict=True)]
    return None


def _sent_resized(observation: Observation, known: Layouts, tensor: Tensor) -> bool:
    """Whether what a tensor was made of was sent in another size than the example had."""
    behind = known.step.sent_behind(tensor.id)
    sent = [t.shape for t in known.step.inputs if t.id in behind]
    return any(shape[axis : axis + 1] == (size,) for axis, _, size in observation.resized for shape in sent)


def pooled(observation: Observation, known: Layouts, node: Node, event: Event) -> tuple[Resized, list[int]] | None:
    """Of a pooling over the whole map of the example: the size that its window follows, and what is the whole map now.

    The window of a layer of torch's own was written down, and so was perhaps one of two places.
    """
    window, given = value(node, event, "kernel_size"), next(iter(event.tensors), None)
    own = "Pool" in (observation.modules.get(node.module) or "")
    if _POOLING.fullmatch(node.bare_name) is None or not isinstance(window, list) or given is None or own:
        return None
    axes, now = known.of(given)[-len(window) :], list(given.shape[-len(window) :])
    found = [_of_input(observation, axis) for axis in axes]
    was = [size * recorded // sent for size, (recorded, sent) in zip(now, found, strict=True)]
    whole = was == (window * len(now))[: len(now)] and min(was) > _LEAST
    return next((((r, s), now) for r, s in found if r != s), None) if whole else None


def _followed(
    observation: Observation, axes: Sequence[Axis], given: Sequence[int], now: Sequence[int]
) -> Resized | None:
    """The size of the input that explains each size given in place of one now; None where one is not explained."""
    found = None
    for axis, was, size in zip(axes, given, now, strict=True):
        recorded, sent = _of_input(observation, axis)
        if was != size and abs(was * sent - size * recorded) >= sent:
            return None
        found = (recorded, sent) if was != size else found
    return found


def _of_input(observation: Observation, given: Axis) -> Resized:
    """The sizes of the axis of the input that an axis is, whatever layers made of it: as recorded, and as sent."""
    keys = {p.source.key for p in given if p.source.kind == "input"}
    pairs = [(recorded, sent) for axis, recorded, sent in observation.resized if recorded and axis in keys]
    return pairs[0] if len(given) == 1 and pairs else (1, 1)
