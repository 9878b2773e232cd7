"""A reduction that took away dimensions which are needed behind it, told to keep them."""

from __future__ import annotations

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.wording.phrases import counted, sizes
from whygrad.engine.wording.rewriting import given_too


def keeping(observation: Observation, step: Step, tensor: Tensor, least: int, most: int) -> Fix | None:
    """`keepdim=True` for the reduction behind a tensor that would have `least` to `most` dimensions then, else None."""
    event = _reduction(observation, step, tensor)
    if event is None or not least <= len(event.tensors[0].shape) <= most:
        return None
    node, before = observation.nodes[event.node], event.tensors[0].shape
    source, taken = observation.source(node.id), counted(len(before) - len(tensor.shape), "dimension")
    return Fix(
        f"keep the {taken} that {node.name} takes away of {sizes(before)}: keepdim=True",
        before=source,
        after=given_too(source, node.bare_name, "keepdim=True"),
        edits=(Give(node.id, "keepdim", True),),
    )


def _reduction(observation: Observation, step: Step, tensor: Tensor) -> Event | None:
    """The reduction behind a tensor, through operations that keep the shape."""
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        if value(observation.nodes[event.node], event, "keepdim") is False:
            return event
        if event.tensors[0].shape != tensor.shape:
            return None
        tensor = event.tensors[0]
    return None
