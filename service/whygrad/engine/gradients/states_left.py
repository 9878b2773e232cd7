"""Layers of a recurrent network, or directions of it, whose last state nothing reads."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.edits import Give, Replace
from whygrad.engine.finding import Fix
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.recurrent import LAYERS
from whygrad.engine.wording.spelling import subscripted

_TAKING_APART = frozenset(
    {"slice", "select", "narrow", "index", "index_select", "gather", "split", "chunk", "tensor_split", "unflatten"}
    | {"view", "reshape"}
)


@dataclass(frozen=True)
class StateLeft:
    """One state picked of those of all layers: by which node, and whether each layer has one for each direction."""

    node: Node
    event: Event
    both: bool


def state_left(observation: Observation, found: Starved) -> StateLeft | None:
    """What is picked of the last states of a recurrent layer, where that leaves parameters of it unused."""
    node = found.node
    event = next((e for e in observation.first.events if e.node == node.id and e.tensors), None)
    maker = observation.first.maker(event.tensors[0].id) if event is not None else None
    if event is None or maker is None or node.bare_name != "select" or value(node, event, "dim") != 0:
        return None
    recurrent = observation.nodes[maker.node]
    both = bool(value(recurrent, maker, "bidirectional"))
    states = [t.id for t in maker.outputs[1:]] if recurrent.bare_name in LAYERS else []
    weights = {o.tensor.id for o in maker.inputs if o.role.startswith("params")}
    lost = {p.tensor for p in found.parameters}
    if event.tensors[0].id not in states or not lost <= weights:
        return None
    return StateLeft(node, event, both)


def last_state(observation: Observation, left: StateLeft) -> Fix:
    """The state of the last layer in place of another; of two directions both joined, for what reads them."""
    if not left.both:
        return Fix(
            "take the state of the last layer, which stands last: index -1",
            after=subscripted(observation, left.node, "-1"),
            edits=(Give(left.node.id, "index", -1),),
        )
    words = "the two directions of the last layer stand at -2 and -1: join them, torch.cat([h[-2], h[-1]], dim=-1)"
    joined = Replace(left.node.id, "torch.cat([self[-2], self[-1]], -1)")
    return Fix(words, before="", edits=() if _is_taken_apart(observation, left) else (joined,))


def _is_taken_apart(observation: Observation, left: StateLeft) -> bool:
    """Whether something reads a part of the state by its place, which would be another part of both."""
    readers = uses(observation).read([left.event.outputs[0].id])
    return any(observation.nodes[reader.node].bare_name in _TAKING_APART for reader in readers)
