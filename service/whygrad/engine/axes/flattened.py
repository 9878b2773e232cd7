"""A prediction and its target flattened in different orders: one by samples, the other by their steps.

(steps, samples) and (samples, steps) flatten to one shape, so that each prediction is held against another's target
and nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.comparing import sides
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Axis, holds_batch
from whygrad.engine.observation import Event, Node, Observation, Operand


@dataclass(frozen=True)
class Flattened:
    """Two operands whose rows are the same entries in two orders; `node` is the flattening of the second."""

    first: Operand
    second: Operand
    node: Node
    event: Event


def unlike_rows(observation: Observation, known: Layouts, node: Node, event: Event) -> Flattened | None:
    """What a loss or difference compares entry by entry, though its operands were flattened in different orders."""
    for first, second in _compared(observation, known, node, event):
        maker = known.maker(second.tensor)
        if maker is None or not _turned(known, first, second):
            continue
        flattening, given = observation.nodes[maker.node], known.of(maker.tensors[0])
        apart = given[:2] == tuple((piece,) for piece in known.of(second.tensor)[0])
        if flattening.bare_name in REGROUPING and apart:
            return Flattened(first, second, flattening, maker)
    return None


def _compared(observation: Observation, known: Layouts, node: Node, event: Event) -> list[tuple[Operand, Operand]]:
    """The operands as they may be told apart: the second is the one to flatten in another way, a target first."""
    pair = sides(observation, known, node, event)
    if pair is not None:
        first, second = (side.given for side in pair)
        return [(first, second), (second, first)]
    given = next((o for o in event.inputs if o.role in ("self", "input")), None)
    target = next((o for o in event.inputs if o.role == "target"), None)
    if given is None or target is None:
        return []
    return [(given, target), (target, given)]


def _turned(known: Layouts, first: Operand, second: Operand) -> bool:
    """Whether the first axes of two tensors are the same two axes of what was sent, one way round and the other."""
    one, other = (known.of(o.tensor)[:1] for o in (first, second))
    return bool(one and other) and _two_sent(one[0]) and one[0] == other[0][::-1] and one != other


def _two_sent(given: Axis) -> bool:
    return len(given) == 2 and holds_batch(given) and all(p.whole and p.source.kind == "input" for p in given)
