"""What is no more than a count of how often a choice is the one that was wanted: an accuracy, an error rate."""

from __future__ import annotations

from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import CASTS

_CHOOSING = frozenset({"argmax", "argmin", "max", "min", "topk", "gt", "ge", "lt", "le"})
_HANDING_ON = CASTS | {"view", "reshape", "flatten", "squeeze", "unsqueeze", "select", "clone", "detach", "expand_as"}
_COMPARING = frozenset({"eq", "ne"})


def counts_hits(observation: Observation, node: Node, event: Event) -> bool:
    """Whether an operation chooses, and all that becomes of its choice is that it is compared with what was wanted."""
    chosen = [t.id for t in event.outputs if not t.floating]
    if node.bare_name not in _CHOOSING or not chosen:
        return False
    onward, compared = uses(observation).onward(chosen), False
    for each in onward:
        name = observation.nodes[each.node].bare_name
        if name in _COMPARING and len(each.tensors) == 2:
            compared = True
        elif name in _HANDING_ON:
            onward.follow(t.id for t in each.outputs)
        elif not observation.nodes[each.node].op.startswith("prim::"):
            return False
    return compared
