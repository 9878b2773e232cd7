"""Weights of a mixture that are normalised along another axis than the one it is summed up over.

The density of a mixture is `logsumexp(log_weights + log_densities)`: the weights of its parts, and not of anything
else, add up to 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.normalised import Normalised
from whygrad.engine.axes.pieces import Axis, length
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value


def mixtures(observation: Observation, known: Layouts) -> Iterator[Normalised]:
    """The logarithms of weights that are added to others and summed up along an axis that they do not add up along."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        if node.bare_name != "log_softmax" or not event.completed or event.tensors[0].id not in known.learned:
            continue
        place, layout = _along(node, event), known.of(event.tensors[0])
        found = _summed_over(observation, known, event.outputs[0]) if place is not None else None
        if place is None or found is None or len(set(layout)) != len(layout):
            continue
        reader, axis = found
        if axis in layout and layout[place] != axis and length(axis) > 1:
            yield Normalised(order, event, place, layout.index(axis), reader, of_samples=False)


def _summed_over(observation: Observation, known: Layouts, weights: Tensor) -> tuple[Node, Axis] | None:
    """What alone reads the weights with something added to them, and sums that up, and along which axis.

    What is stretched to them is a weight itself, of what they are the logarithms of: a mixture of softmaxes.
    """
    sums = known.readers[weights.id]
    named = [e for e in sums if observation.nodes[e.node].bare_name == "add" and len(e.tensors) == 2 and e.outputs]
    added = [e for e in named if all(t.shape == weights.shape for t in e.tensors)]
    readers = known.readers[added[0].outputs[0].id] if len(sums) == len(added) == 1 else []
    if len(readers) != 1 or observation.nodes[readers[0].node].bare_name != "logsumexp":
        return None
    node = observation.nodes[readers[0].node]
    place = _along(node, readers[0])
    return (node, known.of(readers[0].tensors[0])[place]) if place is not None else None


def _along(node: Node, event: Event) -> int | None:
    """The only dimension that an execution goes over, counted from the first."""
    given, rank = value(node, event, "dim"), len(event.tensors[0].shape) if event.inputs else 0
    dims = given if isinstance(given, list) else [given]
    return dims[0] % rank if rank and len(dims) == 1 and isinstance(dims[0], int) else None
