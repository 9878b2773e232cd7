"""Losses that pick the class of each place out of log-probabilities that are normalised along another axis.

`nll_loss` picks along dimension 1, and so do `gather` and an index where only the mean of what they pick is left.
Between the two, axes may have been moved. Where what is picked are the samples themselves, every pair of two batches
is scored, and which of the two is to be told from the other is a choice.
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.crosswise import HANDING_ON, Crosswise, logarithm, made_by_a_layer, only_averaged
from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Axis, holds_batch, length
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operands.targets import compared

_NAMING = frozenset({"nll_loss", "nll_loss_nd", "nll_loss2d"})
_MOVING = REGROUPING | {
    "transpose",
    "permute",
    "t",
    "swapaxes",
    "movedim",
    "unsqueeze",
    "squeeze",
    "select",
    "slice",
}
_JOINING = frozenset({"stack", "cat"})
_LISTING = frozenset({"append"})


def picked(observation: Observation) -> Iterator[Crosswise]:
    """The picks of the first step out of what is normalised along another axis than they are made along."""
    for event in observation.first.events:
        along = _along(observation, event)
        found = _crosswise(observation, event, event.tensors[0], along) if along is not None else None
        if found is not None:
            yield found


def _along(observation: Observation, event: Event) -> int | None:
    """The dimension of its first operand along which an execution picks classes."""
    node = observation.nodes[event.node]
    if not event.completed or not event.tensors or not event.outputs or len(event.tensors[0].shape) < 2:
        return None
    if node.bare_name in _NAMING:
        found = compared(node, event)
        return 1 if found is not None and found.input.tensor.id == event.tensors[0].id else None
    if node.bare_name == "index":
        return 1 if _one_of_each(observation, event) else None
    dim = value(node, event, "dim") if node.bare_name == "gather" else None
    return dim if isinstance(dim, int) else None


def _one_of_each(observation: Observation, event: Event) -> bool:
    """Whether an index picks one number of each row: `p[torch.arange(n), labels]`."""
    given, *indices = event.tensors
    if len(given.shape) != 2 or len(indices) != 2 or any(t.floating or len(t.shape) != 1 for t in indices):
        return False
    made = next(observation.first.lineage(indices[0].id), None)
    return made is not None and observation.nodes[made.node].bare_name == "arange"


def _crosswise(observation: Observation, event: Event, given: Tensor, along: int) -> Crosswise | None:
    classes = layouts(observation).of(given)[along]
    taken, own = next(iter(_normalised(observation, given)), (None, 0))
    axes = layouts(observation).of(taken.outputs[0]) if taken is not None and taken.outputs else ()
    if taken is None or axes.count(classes) != 1 or _of_pairs(given, classes):
        return None
    name = observation.nodes[event.node].bare_name
    found = Crosswise(taken, own, axes.index(classes), "nll_loss" if name in _NAMING else name, picks=True)
    if own % len(axes) == found.classes:
        return None
    return found if found.kind in _NAMING or _meant_as_loss(observation, event, found) else None


def _meant_as_loss(observation: Observation, event: Event, found: Crosswise) -> bool:
    """Whether a layer made what is picked of, and not what is weighed against one another, and the rest is a mean."""
    own = found.normalised % len(found.event.outputs[0].shape)
    made, weighed = (made_by_a_layer(observation, found.event, place) for place in (found.classes, own))
    return made and not weighed and only_averaged(observation, event)


def _of_pairs(given: Tensor, classes: Axis) -> bool:
    """Whether it is samples that are picked: each of one batch was held against each of another."""
    square = len(given.shape) == 2 and given.shape[0] == given.shape[1]
    made = any(piece.source.kind == "made" for piece in classes)
    return holds_batch(classes) or length(classes) < 2 or (square and not made)


def _normalised(observation: Observation, given: Tensor) -> list[tuple[Event, int]]:
    """The execution that normalises what log-probabilities are, wherever their axes were moved since."""
    for made in observation.first.lineage(given.id):
        name = observation.nodes[made.node].bare_name
        if name in _JOINING and _of_one_loop(observation, made):
            continue
        if name not in HANDING_ON | _MOVING | _LISTING or len(made.tensors) != 1:
            return logarithm(observation, made)
    return []


def _of_one_loop(observation: Observation, joining: Event) -> bool:
    """Whether what is joined was made by one operation, over and over."""
    nodes = {_maker(observation, tensor) for tensor in joining.tensors}
    return len(nodes) == 1 and None not in nodes


def _maker(observation: Observation, tensor: Tensor) -> int | None:
    """The operation that made what may have been put in a list since."""
    made = (e.node for e in observation.first.lineage(tensor.id))
    return next((node for node in made if observation.nodes[node].bare_name not in _LISTING), None)
