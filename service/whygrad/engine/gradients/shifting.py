"""What is added to all scores alike, which no softmax sees."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.facts import SCALING
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.observation import Event, Node, Observation, Operand

_SHIFTING = frozenset({"add", "sub", "rsub"})
_LINEAR = SCALING | {"linear", "matmul", "mv", "neg"}
_LAYING_OUT = frozenset(
    {"view", "reshape", "squeeze", "unsqueeze", "transpose", "permute", "t", "contiguous", "flatten", "expand"}
)
_SOFTMAXES = frozenset({"softmax", "log_softmax", "cross_entropy_loss"})


@dataclass(frozen=True)
class Shift:
    """The softmax that does not see what was added, and who reads the sum first, with the role it has there."""

    softmax: Node
    reader: Event
    operand: Operand


def shift(observation: Observation, found: Starved) -> Shift | None:
    """The softmax behind a sum whose one part is the same for all that it compares; None where that is not it."""
    events = observation.first.events
    own = next((e for e in events if e.node == found.node.id and e.completed), None)
    if own is None or found.node.bare_name not in _SHIFTING or not _stretched(own):
        return None
    reached, first = {t.id for t in own.outputs}, None
    for event in events[events.index(own) + 1 :]:
        read = [operand for operand in event.inputs if operand.tensor.id in reached]
        if not read:
            continue
        first, name = first or (event, read[0]), observation.nodes[event.node].bare_name
        if name in _SOFTMAXES:
            return Shift(observation.nodes[event.node], *first)
        if name not in _LINEAR | _LAYING_OUT:
            return None
        reached |= {t.id for t in event.outputs}
    return None


def _stretched(event: Event) -> bool:
    """Whether one part of a sum is stretched to the other."""
    return any(t.elements < event.outputs[0].elements for t in event.tensors) and len(event.tensors) == 2
