"""Writes into a part of memory that was spread over many entries: every entry changes, and torch does not refuse it.

A part is an entry that was taken out, or those that a mask picks.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from whygrad.engine.gradients.writes import target
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands.memory import overlaps


def parts_written(observation: Observation) -> Iterator[tuple[int, Event]]:
    """The first write into an entry of spread memory whose other entries are read later, and what spread it."""
    events, told = observation.first.events, set[int]()
    spread: dict[int, Event] = {}
    parts: dict[int, Event] = {}
    for order, event in enumerate(events):
        written = target(observation, event)
        if written is not None and written.storage not in told:
            made = parts.get(written.id) or (spread.get(written.id) if picks(event, written) else None)
            if made is not None and _rest_is_read(observation, order, written):
                told.add(written.storage)
                yield order, made
        for tensor in event.outputs:
            _follow(event, tensor, spread, parts)


def picks(event: Event, written: Tensor) -> bool:
    """Whether a mask tells entries apart that are one place in the memory that is written."""
    mask = event.input("mask")
    if mask is None:
        return False
    ahead = len(written.shape) - len(mask.shape)
    spread = [axis for axis, stride in enumerate(written.strides) if stride == 0 and written.shape[axis] > 1]
    return any(a >= ahead and mask.shape[a - ahead] > 1 and mask.strides[a - ahead] != 0 for a in spread)


def _follow(event: Event, made: Tensor, spread: dict[int, Event], parts: dict[int, Event]) -> None:
    """Whether a result is spread, is a part of what is, or a view of such a part."""
    own = [t for t in event.tensors if t.storage == made.storage]
    if overlaps(made):
        spread[made.id] = next((spread[t.id] for t in own if t.id in spread), event)
        return
    for before in own:
        if before.id in spread and made.elements < before.elements:
            parts[made.id] = spread[before.id]
        elif before.id in parts:
            parts[made.id] = parts[before.id]


def _rest_is_read(observation: Observation, order: int, written: Tensor) -> bool:
    """Whether an operation that is no write reads the whole of it later, or gives it back."""
    later = observation.first.events[order + 1 :]
    read = (t for event in later for t in event.tensors if not _moves(event, t))
    return any(t.storage == written.storage and overlaps(t) for t in chain(read, observation.first.outputs))


def _moves(event: Event, tensor: Tensor) -> bool:
    """Whether an operation only gives another view of a tensor."""
    return any(made.storage == tensor.storage for made in event.outputs)
