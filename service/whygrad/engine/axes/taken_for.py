"""Axes that a bare squeeze dropped, in whose place an operation that counts from the end takes the samples.

`x.squeeze().mean(dim=-2)` averages the agents of a scene, and the scenes where there is one agent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REDUCING, dropped
from whygrad.engine.axes.pieces import Axis, holds_batch
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value

_ALONG = REDUCING | {"softmax", "log_softmax", "cumsum", "sort"}


def taken_for(observation: Observation, known: Layouts) -> Mapping[Axis, set[int]]:
    """The axes, each with the executions, by their indices, that dropped it so."""
    found: dict[Axis, set[int]] = defaultdict(set)
    for event in known.step.events:
        node = observation.nodes[event.node]
        given = value(node, event, "dim") if node.bare_name in _ALONG and event.inputs else None
        for dim in given if isinstance(given, list) else [given]:
            if isinstance(dim, int) and dim < 0 and _is_of_samples(known, event.tensors[0], dim):
                for order, axis in _instead_of(observation, known, event.tensors[0], dim):
                    found[axis].add(order)
    return found


def _is_of_samples(known: Layouts, tensor: Tensor, dim: int) -> bool:
    layout = known.of(tensor)
    return len(layout) >= max(-dim, 2) and holds_batch(layout[dim])


def _instead_of(observation: Observation, known: Layouts, tensor: Tensor, dim: int) -> Iterator[tuple[int, Axis]]:
    """The axis that would stand there if the squeeze behind a tensor had left it."""
    order = known.makers.get(tensor.id)
    squeeze: Event | None = known.step.events[order] if order is not None else None
    node = observation.nodes[squeeze.node] if squeeze is not None else None
    if order is None or squeeze is None or node is None or node.bare_name != "squeeze" or node.argument("dim"):
        return
    before, gone = known.of(squeeze.tensors[0]), dropped(node, squeeze)
    for place in gone:
        kept = [i for i in range(len(before)) if i == place or i not in gone]
        if len(kept) >= -dim and kept[dim] == place:
            yield order, before[place]
