"""Whether an axis of one that was dropped is missed by a loss behind, whose target still has it.

What lost it is lined up one place off there: the steps of the prediction lie along the axis of one, and those of the
target are where they were, so that each step meets every other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from whygrad.engine.axes.comparing import LOSSES, sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, length, of_one
from whygrad.engine.axes.stretching import stretch
from whygrad.engine.observation import Event, Observation


def missed(observation: Observation, known: Layouts) -> Mapping[Axis, set[int]]:
    """The axes of one that losses stretch along what is there already, and the executions behind those losses.

    Where an axis is told to be there twice, that says it all.
    """
    losses: dict[Axis, list[Event]] = defaultdict(list)
    for event in observation.first.events:
        for lost in _stretched(observation, known, event):
            losses[lost].append(event)
    return {lost: known.behind(*events) for lost, events in losses.items()}


def _stretched(observation: Observation, known: Layouts, event: Event) -> Iterator[Axis]:
    node = observation.nodes[event.node]
    found = sides(observation, known, node, event) if node.bare_name in LOSSES and event.completed else None
    if found is not None and stretch(observation, known, node, event) is None:
        first, second = (known.of(side.tensor) for side in found)
        yield from _off_by_one(first, second)
        yield from _off_by_one(second, first)


def _off_by_one(shifted: Layout, whole: Layout) -> Iterator[Axis]:
    """The axes of one of the second where the first has steps, of which the second has as many elsewhere."""
    for place in range(-min(len(shifted), len(whole)), 0):
        steps, alone = shifted[place], whole[place]
        elsewhere = [length(axis) for i, axis in enumerate(whole) if i != len(whole) + place]
        if length(alone) == 1 < length(steps) and length(steps) in elsewhere and of_one(steps) != "made":
            yield alone
