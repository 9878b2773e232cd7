"""Branches joined along the samples, where the layer behind takes their features side by side: `torch.cat((a, b))`."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import holds_batch
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.products import mismatch

_JOINS = frozenset({"cat", "concat", "concatenate"})


@dataclass(frozen=True)
class Lengthened:
    """A join of several tensors of one shape along the samples; along `axis` it gives what a layer takes."""

    order: int
    node: Node
    event: Event
    axis: int


@dataclass(frozen=True)
class _Refused:
    """What a layer was given, the features of it, as many as it takes, and where it looks for them."""

    tensor: Tensor
    given: int
    wanted: int
    axis: int


def lengthened(observation: Observation, known: Layouts, failed: Event) -> Lengthened | None:
    """The join that made more samples where a layer that was refused takes as many times the features."""
    refused = _refused(observation, failed)
    for order in sorted(known.behind(failed), reverse=True) if refused is not None else ():
        event = known.step.events[order]
        node = observation.nodes[event.node]
        if refused is not None and _along_the_samples(known, node, event) and _fits(refused, event):
            whole = refused.tensor.shape[1:] == event.outputs[0].shape[1:]
            return Lengthened(order, node, event, refused.axis if whole else 1)
    return None


def _refused(observation: Observation, failed: Event) -> _Refused | None:
    node = observation.nodes[failed.node]
    found, product = convolution(node, failed), mismatch(node, failed)
    if found is not None:
        return _Refused(found.input, found.given, found.wanted, 1)
    if product is None or product.right.tensor.id not in observation.stored:
        return None
    return _Refused(product.left.tensor, product.given, product.wanted, len(product.left.tensor.shape) - 1)


def _along_the_samples(known: Layouts, node: Node, event: Event) -> bool:
    """Whether it joins what has the samples first along these, and each of its operands as many."""
    if node.bare_name not in _JOINS or len({t.shape for t in event.tensors}) != 1 or not event.outputs:
        return False
    first = known.of(event.tensors[0])
    rank = len(first)
    return rank > 1 and value(node, event, "dim", 0) in (0, -rank) and all(_samples(known, t) for t in event.tensors)


def _samples(known: Layouts, tensor: Tensor) -> bool:
    return holds_batch(known.of(tensor)[0])


def _fits(refused: _Refused, joined: Event) -> bool:
    """Whether all that was joined comes to the layer, and has the features that it takes once it lies side by side."""
    samples, features = joined.outputs[0].shape[0], refused.given * len(joined.inputs)
    return len(joined.inputs) > 1 and refused.tensor.shape[0] == samples and features == refused.wanted
