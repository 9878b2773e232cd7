"""What all scores have in common, which no softmax sees: it is added to them alike, or is all that they are."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operations import JOINING, SCALING, SHIFTING

_LINEAR = SCALING | {"linear", "matmul", "mv", "neg"}
_LAYING_OUT = frozenset(
    {"view", "reshape", "squeeze", "unsqueeze", "transpose", "permute", "t", "contiguous", "flatten", "expand"}
)
_BESIDE = JOINING | {"stack"}
_SOFTMAXES = frozenset({"softmax", "log_softmax", "cross_entropy_loss"})


@dataclass(frozen=True)
class Shift:
    """The softmax that does not see what was added, and who reads the sum first, with the role it has there.

    `joined` is whether there is no sum: the scores that are compared were put beside each other.
    """

    softmax: Node
    reader: Event
    operand: Operand
    joined: bool


def shift(observation: Observation, node: Node) -> Shift | None:
    """The softmax behind a sum whose one part is the same for all that it compares, or behind the parts themselves.

    None where that is not it.
    """
    joined = node.bare_name in _BESIDE
    return _compared(observation, node, SCALING if joined else _LINEAR | _LAYING_OUT)


def only_shifts(observation: Observation, node: Node) -> bool:
    """Whether a sum is made for a softmax alone, which reads it as it is: what is stretched there can do nothing."""
    return node.bare_name in SHIFTING and _compared(observation, node, SCALING | _LAYING_OUT) is not None


def _compared(observation: Observation, node: Node, kept: AbstractSet[str]) -> Shift | None:
    """The softmax that compares what an operation gives, where no more than what is `kept` stands between them."""
    events, joined = observation.first.events, node.bare_name in _BESIDE
    own = next((e for e in events if e.node == node.id and e.completed), None)
    if own is None or not (joined or (node.bare_name in SHIFTING and _stretched(own))):
        return None
    reached, first = {t.id for t in own.outputs}, None
    for event in events[events.index(own) + 1 :]:
        read = [operand for operand in event.inputs if operand.tensor.id in reached]
        if not read:
            continue
        first, name = first or (event, read[0]), observation.nodes[event.node].bare_name
        if name in _SOFTMAXES:
            along = not joined or _axis(observation, event) == _axis(observation, own)
            return Shift(observation.nodes[event.node], *first, joined) if along else None
        if name not in kept:
            return None
        reached |= {t.id for t in event.outputs}
    return None


def _stretched(event: Event) -> bool:
    """Whether one part of a sum is stretched to the other."""
    return any(t.elements < event.outputs[0].elements for t in event.tensors) and len(event.tensors) == 2


def _axis(observation: Observation, event: Event) -> int | None:
    """The axis along which an execution joins or compares, counted from the front; None where it is not known."""
    node = observation.nodes[event.node]
    classes = node.bare_name == "cross_entropy_loss"
    dim = 1 if classes else node.literal("dim", event.values.get("dim"))
    shape = (event.tensors if classes else event.outputs)[0].shape
    return dim % len(shape) if isinstance(dim, int) and shape else None
