"""Values that are computed twice over, by the same operations of the same tensors: their difference is zero."""

from __future__ import annotations

from whygrad.engine.gradients.zero_sources import ZeroSources
from whygrad.engine.observation import Event, Node, Observation, Tensor

_HANDING_ON = frozenset({"clone", "contiguous", "detach", "alias", "to", "float", "type_as"})
_COMPARING = frozenset({"broadcast_tensors", "sub"})
"""What brings two tensors together to be held against each other."""

_MOST = 2000
"""How many pairs of tensors are looked at before they count as different."""


def twins(observation: Observation, sources: ZeroSources, event: Event) -> Event | None:
    """What holds two tensors against each other, for an execution that measures how far they are apart.

    None where the two are not computed alike, and where it measures something else.
    """
    made = sources.maker(event.tensors[0]) if event.tensors else None
    compared = made is not None and observation.nodes[made.node].bare_name in _COMPARING
    held = made if made is not None and compared else event
    return held if len(held.tensors) == 2 and _computed_alike(observation, sources, *held.tensors) else None


def _computed_alike(observation: Observation, sources: ZeroSources, one: Tensor, other: Tensor) -> bool:
    """Whether two tensors hold the same numbers, whatever was sent and drawn, and whatever the parameters are."""
    pending, seen = [(one, other)], set[tuple[object, object]]()
    while pending:
        first, second = (_handed_on(observation, sources, each) for each in pending.pop())
        pair = (first.id, first.version), (second.id, second.version)
        if pair in seen or (pair[0] == pair[1] and first.id not in sources.drawn):
            continue
        seen.add(pair)
        made, again = sources.maker(first), sources.maker(second)
        drawn = not sources.drawn.isdisjoint((first.id, second.id))
        if made is None or again is None or drawn or len(seen) > _MOST or not does_the_same(observation, made, again):
            return False
        if [t.id for t in made.outputs].index(first.id) != [t.id for t in again.outputs].index(second.id):
            return False
        pending += zip(made.tensors, again.tensors, strict=True)
    return True


def _handed_on(observation: Observation, sources: ZeroSources, tensor: Tensor) -> Tensor:
    """What a tensor is a copy of."""
    while tensor.id not in sources.drawn and (made := sources.maker(tensor)) is not None:
        hands_on = made.inputs and observation.nodes[made.node].bare_name in _HANDING_ON
        if not hands_on or made.tensors[0].id == made.outputs[0].id:
            break
        tensor = made.tensors[0]
    return tensor


def does_the_same(observation: Observation, one: Event, other: Event) -> bool:
    """Whether two executions do the same, each with what it reads."""
    first, second = observation.nodes[one.node], observation.nodes[other.node]
    roles = [o.role for o in one.inputs] == [o.role for o in other.inputs] != []
    return roles and first.op == second.op and one.values == other.values and _written(first) == _written(second)


def _written(node: Node) -> list[tuple[str, object]]:
    """The numbers that stand in the program as arguments of a node."""
    return [(a.name, node.literal(a.name)) for a in node.arguments if a.constant]
