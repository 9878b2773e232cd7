"""Branches joined along their samples, or steps, where the layer behind takes their features side by side.

`torch.cat((a, b))` without a dimension joins along the first.
"""

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
    """A join of several tensors of one shape along an axis; along that of the features it gives what a layer takes."""

    order: int
    node: Node
    event: Event
    along: int
    features: int


@dataclass(frozen=True)
class _Refused:
    """What a layer was given, the features of it, as many as it takes, and where it looks for them."""

    tensor: Tensor
    given: int
    wanted: int
    axis: int


def lengthened(observation: Observation, known: Layouts, failed: Event) -> Lengthened | None:
    """The join that made more samples or steps where a layer that was refused takes as many times the features."""
    refused = _refused(observation, failed)
    for order in sorted(known.behind(failed), reverse=True) if refused is not None else ():
        event = known.step.events[order]
        node = observation.nodes[event.node]
        along = _along(node, event)
        if refused is None or along is None or len(event.inputs) * refused.given != refused.wanted:
            continue
        whole = refused.tensor.shape == event.outputs[0].shape
        features = refused.axis if whole else 1
        if along != features and (whole if along else _more_samples(known, refused, event)):
            return Lengthened(order, node, event, along, features)
    return None


def _refused(observation: Observation, failed: Event) -> _Refused | None:
    node = observation.nodes[failed.node]
    found, product = convolution(node, failed), mismatch(node, failed)
    if found is not None:
        return _Refused(found.input, found.given, found.wanted, 1)
    if product is None or product.right.tensor.id not in observation.stored:
        return None
    return _Refused(product.left.tensor, product.given, product.wanted, len(product.left.tensor.shape) - 1)


def _along(node: Node, event: Event) -> int | None:
    """The axis along which several tensors of one shape are joined; None for anything else."""
    shapes = {t.shape for t in event.tensors}
    if node.bare_name not in _JOINS or len(shapes) != 1 or len(event.inputs) < 2 or not event.outputs:
        return None
    rank = len(event.tensors[0].shape)
    axis = value(node, event, "dim", 0)
    return axis % rank if isinstance(axis, int) and rank > 1 else None


def _more_samples(known: Layouts, refused: _Refused, joined: Event) -> bool:
    """Whether it is samples that were joined, and all of them come to the layer."""
    samples = all(holds_batch(known.of(t)[0]) for t in joined.tensors)
    return samples and refused.tensor.shape[0] == joined.outputs[0].shape[0]
