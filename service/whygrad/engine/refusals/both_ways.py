"""A recurrent layer that reads both ways, where as many features as of one direction are counted on."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.edits import Copy
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.wording.origins import called

_TURNING = frozenset({"transpose", "permute", "t", "contiguous"})


def added_up(observation: Observation, step: Step, tensor: Tensor, given: int, wanted: int) -> Iterator[Fix]:
    """The sum of the two directions, for all that read what the layer gave: half as many features."""
    if given != 2 * wanted:
        return
    for event in step.lineage(tensor.id):
        node = observation.nodes[event.node]
        if node.bare_name in RECURRENT and value(node, event, "bidirectional") is True:
            yield from _summed(observation, step, event.outputs[0], wanted)
        if node.bare_name not in _TURNING:
            return


def _summed(observation: Observation, step: Step, both: Tensor, features: int) -> Iterator[Fix]:
    """The sum, from the first that reads both on; none where another takes both, as a layer of twice the features."""
    read = [(step.events[i], o) for i in step.readers.get(both.id, ()) for o in step.events[i].inputs]
    if any(e.completed and observation.nodes[e.node].bare_name not in _TURNING for e, _ in read):
        return
    for event, operand in (each for each in read if each[1].tensor.id == both.id):
        node, call = observation.nodes[event.node], f".unflatten(-1, (2, {features})).sum(-2)"
        name, line = called(observation, node, operand), observation.source(node.id)
        yield Fix(
            f"add up the two directions, {features} features each: {name}{call}",
            before=line,
            after=f"{name} = {name}{call}\n{line}" if line and name.isidentifier() else None,
            edits=(Copy(node.id, operand.role, f"x{call}"),),
        )
        return
