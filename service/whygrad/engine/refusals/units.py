"""A state of so many units for a recurrent layer of another number: one layer, or the weight that is it, is resized."""

from __future__ import annotations

import re
from collections.abc import Iterator

from whygrad.engine.edits import Edit, Give, Resize
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Parameter, Step, Tensor
from whygrad.engine.operands.recurrent import Recurrent, recurrent
from whygrad.engine.refusals.reads import shaped
from whygrad.engine.wording.origins import made_with, parameter_name
from whygrad.engine.wording.phrases import sizes

NAMED = frozenset({"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"})
"""Torch's own layers, which can be written out."""


def of_as_many_units(observation: Observation, step: Step, node: Node, found: Recurrent) -> Iterator[Fix]:
    """What gives the states with the units that the layer takes, and the layer with those that it gets.

    There are none where the states differ in something else. What gives them is not brought down to a single unit.
    """
    given = {state.tensor.shape[-1:] for state in found.states}
    pairs = [(state.tensor.shape, found.expected(place)) for place, state in enumerate(found.states)]
    if len(given) != 1 or not found.batched or any(not s or s[:-1] != wanted[:-1] for s, wanted in pairs):
        return
    (units,), wanted = next(iter(given)), found.hidden[0]
    if wanted > 1:
        yield from _of_what_gives(observation, step, found.states[0].tensor, units, wanted)
    yield from _resized(observation, node, found, units)


def _of_what_gives(observation: Observation, step: Step, state: Tensor, units: int, wanted: int) -> Iterator[Fix]:
    """The recurrent layer that gave a state, or the weight that it was, with another number of units."""
    tensor = state
    for maker in step.lineage(state.id):
        giver = recurrent(observation.nodes[maker.node], maker)
        if giver is not None:
            begun = [step.maker(s.tensor.id) for s in giver.states]
            if all(b and observation.in_library(b.node) for b in begun):
                yield from _resized(observation, observation.nodes[maker.node], giver, wanted)
            return
        if not maker.inputs:
            break
        if len(maker.inputs) > 1 or maker.tensors[0].shape[-1:] != (units,):
            return
        tensor = maker.tensors[0]
    if held := parameter_name(observation, tensor):
        shape = (*tensor.shape[:-1], wanted)
        before, after = (made_with(observation, held, s) for s in (tensor.shape, shape))
        yield Fix(f"make {held} {sizes(shape)}", before, after, edits=(Resize(held, shape),))


def _resized(observation: Observation, node: Node, found: Recurrent, units: int) -> Iterator[Fix]:
    """The layer of torch's that a node is of, made with other units, unless it projects them."""
    kind, own = observation.modules.get(node.module), _of_layer(observation, node.module)
    if kind not in NAMED or not own or len(set(found.hidden)) != 1 or units < 1:
        return
    edits = [Resize(p.name, _shape(p, found.hidden[0], units)) for p in own]
    before, after = (f"nn.{kind}({found.features}, {n}, ...)" for n in (found.hidden[0], units))
    begun = _begun(observation, node, (*found.expected(0)[:-1], units))
    told = shaped(observation, node, found.expected(0))
    yield Fix(
        f"give {node.module} {units} units in place of {found.hidden[0]}", before, after, edits=(*edits, *begun, *told)
    )


def _begun(observation: Observation, node: Node, shape: tuple[int, ...]) -> Iterator[Edit]:
    """What torch's own code of a layer makes its states of, where none are given."""
    for other in observation.nodes:
        if other.module == node.module and other.op == "aten::zeros" and observation.in_library(other.id):
            yield Give(other.id, "size", list(shape))


def _of_layer(observation: Observation, module: str) -> list[Parameter]:
    return [p for p in observation.parameters if p.name.rpartition(".")[0] == module]


def _shape(weight: Parameter, units: int, wanted: int) -> tuple[int, ...]:
    """A weight of a layer with other units: its gates are the rows, what it reads of a state or layer the columns."""
    rows, *columns = weight.shape
    attribute = weight.name.rpartition(".")[2]
    of_states = re.match(r"weight_hh|weight_ih_l[1-9]", attribute) is not None
    return (rows // units * wanted, *(c // units * wanted if of_states else c for c in columns))
