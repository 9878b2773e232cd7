"""Whether an operation that was refused takes an operand of another shape: one with the dimensions that it lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.observation import Event, Node
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.stretching import clash


def restored(node: Node, event: Event, place: int, shape: Sequence[int]) -> bool:
    """Whether a convolution, an elementwise operation, or one that asks for a dimension, fits an operand of that shape.

    An elementwise operation takes any number of dimensions: only one as of the other operands is plainly meant.
    """
    given, dim = event.inputs[place], value(node, event, "dim")
    added = int(node.bare_name == "unsqueeze")
    if isinstance(dim, int) and dim >= len(given.tensor.shape) + added:
        return dim < len(shape) + added
    operand = replace(given, tensor=replace(given.tensor, shape=tuple(shape)))
    tried = replace(event, inputs=(*event.inputs[:place], operand, *event.inputs[place + 1 :]))
    found = convolution(node, tried)
    if found is not None:
        return len(found.input.shape) == found.spatial + 2 and not found.refused
    ranks = {len(t.shape) for t in tried.tensors}
    return clash(node, event) is not None and clash(node, tried) is None and ranks == {len(shape)}
