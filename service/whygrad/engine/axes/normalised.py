"""What is normalised over the samples, and then summed up along another axis, as weights and directions are.

Shares that sum to 1 over the samples are no shares of what they are then summed up over: so attention whose softmax
goes along the batch weighs each sample by the others. Where the samples are what is summed up over, as in a bag of
instances or a correlation of features, it is meant; nor is it told where as many stand along the other axis, as the
nodes of a graph do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.sampled import PRODUCTS
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value

_SOFTMAXES = frozenset({"softmax"})
_NORMS = frozenset({"norm", "linalg_vector_norm"})
_HANDING_ON = frozenset({"dropout", "clamp_min", "clamp", "expand_as", "expand", "clone", "contiguous", "to", "add"})
_LAYING_OUT = frozenset({"mul", "unsqueeze", "squeeze", "t", "transpose", "permute"})
_SUMS = frozenset({"sum", "mean"})


@dataclass(frozen=True)
class Normalised:
    """`event` normalises along `place`, that of the samples; what reads it sums up along `meant`."""

    order: int
    event: Event
    place: int
    meant: int
    reader: Node


def over_samples(observation: Observation, known: Layouts) -> Iterator[Normalised]:
    """The softmaxes and norms over all samples whose results are summed up along another axis."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        place = _over(known, node, event) if event.completed else None
        if place is None or event.tensors[0].id not in known.learned:
            continue
        shares = event.outputs[0] if node.bare_name in _SOFTMAXES else _divided(observation, known, event)
        found = _summed(observation, known, shares, known.of(event.tensors[0])[place]) if shares is not None else None
        places = [i for i, axis in enumerate(known.of(event.tensors[0])) if found is not None and axis == found[1]]
        if found is not None and places:
            yield Normalised(order, event, place, places[-1], found[0])


def _over(known: Layouts, node: Node, event: Event) -> int | None:
    """The dimension of the samples, where an execution normalises along it alone."""
    dim = value(node, event, "dim")
    given = [dim] if isinstance(dim, int) else dim
    if node.bare_name not in _SOFTMAXES | _NORMS or not isinstance(given, list) or len(given) != 1:
        return None
    layout = known.of(event.tensors[0])
    place = given[0] % len(layout) if layout else 0
    return place if len(layout) > 1 and _all_samples(layout, place) else None


def _all_samples(layout: Layout, place: int) -> bool:
    axis = layout[place]
    return len(axis) == 1 and axis[0].whole and holds_batch(axis) and length(axis) > 1


def _divided(observation: Observation, known: Layouts, norm: Event) -> Tensor | None:
    """What is divided by its own norm."""
    pending = list(norm.outputs)
    while pending:
        tensor = pending.pop()
        for reader in known.readers[tensor.id]:
            name = observation.nodes[reader.node].bare_name
            if name == "div" and reader.tensors[0].id == norm.tensors[0].id and reader.outputs:
                return reader.outputs[0]
            if name in _HANDING_ON and reader.outputs and reader.outputs[0].id != tensor.id:
                pending.append(reader.outputs[0])
    return None


def _summed(observation: Observation, known: Layouts, shares: Tensor, samples: Axis) -> tuple[Node, Axis] | None:
    """What sums the shares up first, and along which axis; None where that is the samples, or not known."""
    pending, seen = [shares], {shares.id}
    while pending:
        tensor = pending.pop(0)
        layout = known.of(tensor)
        for reader in known.readers[tensor.id]:
            node = observation.nodes[reader.node]
            gone = _gone(known, node, reader, tensor)
            if gone is not None:
                meant = [
                    a for a in gone if a in layout and length(a) not in (1, length(samples)) and not holds_batch(a)
                ]
                return (node, meant[0]) if len(meant) == 1 and samples not in gone and samples in layout else None
            if reader.outputs and reader.outputs[0].id not in seen and len(reader.outputs[0].shape) > 1:
                seen.add(reader.outputs[0].id)
                pending += [reader.outputs[0]] if node.bare_name in _HANDING_ON | _LAYING_OUT else []
    return None


def _gone(known: Layouts, node: Node, reader: Event, tensor: Tensor) -> list[Axis] | None:
    """The axes that an execution sums up over; None where it sums up nothing."""
    layout = known.of(tensor)
    if node.bare_name in PRODUCTS - {"einsum"} and len(reader.tensors) == 2:
        left = reader.tensors[0].id == tensor.id
        return [layout[-1] if left or len(layout) == 1 else layout[-2]]
    dim = value(node, reader, "dim") if node.bare_name in _SUMS else None
    given = [dim] if isinstance(dim, int) else dim
    return [layout[i] for i in given] if isinstance(given, list) else None
