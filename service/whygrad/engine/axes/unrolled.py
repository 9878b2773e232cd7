"""Readings that a trace wrote out: an input read step by step, or by a slice, as far as the example went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from whygrad.engine.axes.baked import Baked, clashes
from whygrad.engine.axes.giving_way import place_of
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.observation import Event, Observation, Tensor


def cut_short(observation: Observation, known: Layouts, failed: Event) -> Baked | None:
    """The reading that left an operand with the steps of the example, where another operand has those that came."""
    found = (s for s in skipped(observation, known, alone=False) if s.order in known.behind(failed))
    return next((s for s in found if clashes(failed, s.recorded, s.sent)), None)


def skipped(observation: Observation, known: Layouts, *, alone: bool = True) -> Iterator[Baked]:
    """Readings of an input step by step, or by a slice, that end where the example ended; nothing else reads it."""
    for axis, recorded, sent in observation.resized:
        for place, orders in _readings(known, axis, sent) if 1 < recorded < sent else ():
            found = _last_step(observation, known, place, orders, recorded, alone)
            found = _slice(observation, known, place, orders, recorded) if found is None else found
            if found is not None:
                event = known.step.events[found]
                node = observation.nodes[event.node]
                changes = ((node.id, "end", sent),) if node.bare_name == "slice" else ()
                yield Baked(found, node.id, event, recorded, sent, changes)


def _readings(known: Layouts, axis: int, sent: int) -> Iterator[tuple[int, list[int]]]:
    """For each tensor that has an input's axis whole: the place of it, and the executions that read the tensor.

    A slice that takes all is the tensor itself: `x[:, 0]` reads `x`.
    """
    places: dict[int, int] = {}
    same: dict[int, int] = {}
    readings: dict[int, list[int]] = defaultdict(list)
    for order, event in enumerate(known.step.events):
        for tensor in event.tensors:
            place = place_of(known.of(tensor), axis, sent)
            number = same.get(tensor.id, tensor.id)
            if place is not None and not (event.outputs and _aliased(event, tensor, number, same)):
                places[number] = place
                readings[number].append(order)
    return ((places[tensor], orders) for tensor, orders in readings.items())


def _aliased(event: Event, tensor: Tensor, number: int, same: dict[int, int]) -> bool:
    """Whether an execution gives the same numbers in the same memory; the result is then noted as the same."""
    made = event.outputs[0]
    alike = (made.storage, made.shape, made.strides) == (tensor.storage, tensor.shape, tensor.strides)
    if alike and made.id != tensor.id:
        same[made.id] = number
    return alike


def _last_step(
    observation: Observation, known: Layouts, place: int, orders: list[int], recorded: int, alone: bool
) -> int | None:
    """The last reading of a tensor that is read one step at a time, as often as the example had steps."""
    steps: dict[int, int] = {}
    for order in orders:
        node = observation.nodes[known.step.events[order].node]
        stepwise = node.bare_name == "select" and node.literal("dim") == place
        if node.bare_name in ("size", "dim") or not (stepwise or alone):
            continue
        if not stepwise:
            return None
        steps[node.literal("index")] = order
    return max(steps.values()) if set(steps) == set(range(recorded)) else None


def _slice(observation: Observation, known: Layouts, place: int, orders: list[int], recorded: int) -> int | None:
    """The slice of a tensor that ends where the example did."""
    for order in orders:
        node = observation.nodes[known.step.events[order].node]
        whole = node.literal("start") in (None, 0) and node.literal("step", 1) == 1
        if node.bare_name == "slice" and node.literal("dim") == place and node.literal("end") == recorded and whole:
            return order
    return None
