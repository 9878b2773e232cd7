"""Losses that compare constants and are added to the loss, and what they were to take: what other terms take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from whygrad.engine.edits import Hand
from whygrad.engine.gradients.terms import summed
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor


@dataclass(frozen=True)
class Constant:
    """A loss that is added to the loss and compares what nobody trains: the numbers of frozen layers with others.

    `parameters` learn from the other terms; `live` are what these take.
    """

    order: int
    event: Event
    node: Node
    addition: Node
    parameters: tuple[Parameter, ...]
    live: tuple[Tensor, ...]


def constants(observation: Observation) -> Iterator[Constant]:
    """The losses of constants among the terms of the loss; what is taken from it is a baseline."""
    total = summed(observation)
    frozen = {p.tensor for p in observation.parameters if not p.requires_grad}
    taken = tuple(t for part in total.live for t in total.compared(part) if t.requires_grad)
    for part in total.dead if taken else ():
        index = total.maker(part)
        if index is None or part.weight <= 0 or not total.compared(part) or total.cuts(part):
            continue
        if frozen & total.ways.behind(part.start)[1]:
            event, bits = total.events[index], reduce(or_, (total.ways.alive[t.id] for t in taken))
            learning = tuple(total.ways.parameters(bits))
            node, addition = (observation.nodes[e.node] for e in (event, total.events[part.addition]))
            yield Constant(index, event, node, addition, learning, taken)


def instead(observation: Observation, found: Constant) -> Hand | None:
    """What is trained, handed to the first that reads what a frozen layer gave for the prediction; None if none fits.

    So the logits of a student stand where those of its teacher stood.
    """
    step, reader, tensor = observation.first, found.event, found.event.tensors[0]
    for maker in step.lineage(tensor.id):
        held = any(t.id in observation.stored for t in maker.tensors)
        if maker.outputs[:1] != (tensor,) or not maker.tensors or held:
            break
        reader, tensor = maker, maker.tensors[0]
    role = next((o.role for o in reader.inputs if o.tensor is tensor), None)
    made = next((e for taken in found.live if (e := _shaped_like(observation, tensor, taken)) is not None), None)
    return Hand(reader.node, role, made.node) if role is not None and made is not None else None


def _shaped_like(observation: Observation, tensor: Tensor, taken: Tensor) -> Event | None:
    """The last execution before a loss that gave something trained of a shape."""
    for maker in observation.first.lineage(taken.id):
        if maker.outputs and maker.outputs[0].requires_grad and maker.outputs[0].shape == tensor.shape:
            return maker
    return None
