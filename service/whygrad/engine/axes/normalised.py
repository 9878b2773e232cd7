"""What is normalised over the samples, and then summed up along another axis, as weights and directions are.

Shares that sum to 1 over the samples are no shares of what they are then summed up over: so attention whose softmax
goes along the batch weighs each sample by the others. Where the samples are what is summed up over, as in a bag of
instances or a correlation of features, it is meant; nor is it told where as many stand along the other axis, as the
nodes of a graph do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.directions import NORMS, directions
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, Layout, holds_batch, length
from whygrad.engine.axes.sampled import PRODUCTS
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import METADATA

_SOFTMAXES = frozenset({"softmax"})
_LAYING_OUT = frozenset({"mul", "dropout", "unsqueeze", "squeeze", "t", "transpose", "permute", "contiguous"})
_MATRIX = 2


@dataclass(frozen=True)
class Normalised:
    """`event` normalises along `place`, be it that of the samples; what reads it sums up along `meant`."""

    order: int
    event: Event
    place: int
    meant: int
    reader: Node
    of_samples: bool = True


def over_samples(observation: Observation, known: Layouts) -> Iterator[Normalised]:
    """The softmaxes and norms over all samples whose results are summed up along another axis."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        place = _over(known, node, event) if event.completed and event.inputs and event.outputs else None
        if place is None or event.tensors[0].id not in known.learned:
            continue
        shares = event.outputs[0] if node.bare_name in _SOFTMAXES else directions(observation, known, event)
        if shares is None:
            continue
        found = _summed(observation, known, shares, known.of(event.tensors[0])[place])
        places = [i for i, axis in enumerate(known.of(event.tensors[0])) if found is not None and axis == found[1]]
        if found is not None and places:
            yield Normalised(order, event, place, places[-1], found[0])


def _over(known: Layouts, node: Node, event: Event) -> int | None:
    """The dimension of the samples, where an execution normalises along it alone."""
    dim = value(node, event, "dim")
    given = [dim] if isinstance(dim, int) else dim
    if node.bare_name not in _SOFTMAXES | NORMS or not isinstance(given, list) or len(given) != 1:
        return None
    layout = known.of(event.tensors[0])
    place = given[0] % len(layout) if layout else 0
    return place if len(layout) > 1 and _all_samples(layout, place) else None


def _all_samples(layout: Layout, place: int) -> bool:
    """Whether an axis runs through all samples, be it of one head after the other."""
    axis = layout[place]
    return any(piece.source.batch and piece.whole and piece.size > 1 for piece in axis)


def _summed(observation: Observation, known: Layouts, shares: Tensor, samples: Axis) -> tuple[Node, Axis] | None:
    """What sums the shares up, and along which axis; None where that may be the samples, or is not known for all."""
    pending, seen, found = [shares], {shares.id}, list[tuple[Node, Axis]]()
    while pending:
        tensor = pending.pop()
        for reader in known.readers[tensor.id]:
            node = observation.nodes[reader.node]
            gone = _gone(observation, known, node, reader, tensor)
            if gone is not None:
                found.append((node, gone))
            elif node.bare_name in _LAYING_OUT and reader.completed and reader.outputs:
                pending += [t for t in reader.outputs if t.id not in seen]
                seen |= {t.id for t in reader.outputs}
            elif node.op not in METADATA:
                return None
    axes = {axis for _, axis in found}
    meant = next(iter(axes)) if len(axes) == 1 else ()
    alike = len(samples) == 1 and length(meant) == length(samples)
    apart = length(meant) != 1 and not alike and not holds_batch(meant)
    return found[0] if found and apart else None


def _gone(observation: Observation, known: Layouts, node: Node, reader: Event, tensor: Tensor) -> Axis | None:
    """The axis along which an execution sums up vectors by their shares; None where it does not.

    A product with a weight projects the shares, and does not weigh with them.
    """
    layout, others = known.of(tensor), [t for t in reader.tensors if t.id != tensor.id]
    if not reader.completed or len(layout) < _MATRIX:
        return None
    if node.bare_name in PRODUCTS - {"einsum"} and len(others) == 1:
        left = reader.tensors[0].id == tensor.id
        return None if _is_weight(observation, known, others[0]) else layout[-1] if left else layout[-2]
    dim = value(node, reader, "dim") if node.bare_name == "sum" and not value(node, reader, "keepdim") else None
    given = [dim] if isinstance(dim, int) else dim
    if not isinstance(given, list) or len(given) != 1 or not -len(layout) <= given[0] < len(layout):
        return None
    return layout[given[0]] if _weighs_vectors(observation, known, tensor) else None


def _weighs_vectors(observation: Observation, known: Layouts, product: Tensor) -> bool:
    """Whether a tensor is a product of vectors, which are no weights, and a number for each."""
    maker = known.maker(product)
    if maker is None or observation.nodes[maker.node].bare_name != "mul" or len(maker.tensors) != _MATRIX:
        return False
    few, many = sorted(maker.tensors, key=lambda t: t.elements)
    return few.elements < many.elements == product.elements and not _is_weight(observation, known, many)


def _is_weight(observation: Observation, known: Layouts, tensor: Tensor) -> bool:
    return known.laid_out(tensor) in observation.stored
