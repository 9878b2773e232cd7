"""A recurrent layer that reads both ways, where as many features as of one direction are counted on."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Copy
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.wording.origins import called

_RECURRENT = frozenset({"gru", "lstm", "rnn_tanh", "rnn_relu"})
_TURNING = frozenset({"transpose", "permute", "t", "contiguous"})


def added_up(observation: Observation, step: Step, tensor: Tensor, given: int, wanted: int) -> Iterator[Fix]:
    """The sum of the two directions, for all that read what the layer gave: half as many features."""
    if given != 2 * wanted:
        return
    for event in step.lineage(tensor.id):
        node = observation.nodes[event.node]
        if node.bare_name in _RECURRENT and value(node, event, "bidirectional") is True:
            given_on = event.outputs[0]
            first = step.events[step.readers[given_on.id][0]]
            operand = next(o for o in first.inputs if o.tensor.id == given_on.id)
            reader, call = observation.nodes[first.node], f".unflatten(-1, (2, {wanted})).sum(-2)"
            name, line = called(observation, reader, operand), observation.source(reader.id)
            yield Fix(
                f"add up the two directions, {wanted} features each: {name}{call}",
                before=line,
                after=f"{name} = {name}{call}\n{line}" if line and name.isidentifier() else None,
                edits=(Copy(reader.id, operand.role, f"x{call}"),),
            )
            return
        if node.bare_name not in _TURNING:
            return
