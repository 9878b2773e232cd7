"""Batches that a convolution takes for one sample, since they lack a dimension: the samples stand as its channels.

Torch reads (batch, channels, height, width) as one sample of a three-dimensional convolution, and then says that there
are as many channels as samples. The channels that it looks for are in dimension 1, where a batch has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Layout, holds_batch
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.convolutions import Convolution, convolution


@dataclass(frozen=True)
class Folded:
    """The view, at `place` among the executions, that folded a dimension into the samples.

    `order` is the one that a batch of what it was given takes, the channels second.
    """

    view: Event
    place: int
    order: tuple[int, ...]


@dataclass(frozen=True)
class OneSample:
    """A convolution of what it takes for one sample, and the view that folded what is missing, if one did."""

    convolution: Convolution
    folded: Folded | None


def one_sample(observation: Observation, known: Layouts, node: Node, event: Event) -> OneSample | None:
    """The convolution that takes the samples of its input for channels; None where it does not."""
    found = convolution(node, event)
    if found is None or len(found.input.shape) != found.spatial + 1 or found.given == found.wanted:
        return None
    axes = known.of(found.input)
    if found.input.shape[1] != found.wanted or found.wanted == 1 or not holds_batch(axes[0]):
        return None
    folded = _folded(observation, known, found)
    sure = folded is not None or found.spatial > 1 or _agreed(known, found.given)
    return OneSample(found, folded) if sure else None


def _agreed(known: Layouts, samples: int) -> bool:
    """Whether several tensors were sent for as many samples: the rows of one alone may be positions."""
    return sum(t.shape[:1] == (samples,) for t in known.step.inputs) > 1


def _folded(observation: Observation, known: Layouts, found: Convolution) -> Folded | None:
    """The view, behind what keeps the shape, of a batch with as many dimensions as the convolution takes of one."""
    for maker in known.step.lineage(found.input.id):
        given = maker.tensors[0] if maker.tensors else None
        if given is None or given.shape == found.input.shape:
            continue
        before = known.of(given)
        view = observation.nodes[maker.node].bare_name in REGROUPING and len(before) == found.spatial + 2
        if not view or not holds_batch(before[0]):
            return None
        channels = _channels(before, given.shape, known.of(maker.outputs[0]), found.wanted)
        if channels is None:
            return None
        order = (0, channels, *(i for i in range(1, len(before)) if i != channels))
        return Folded(maker, known.makers[maker.outputs[0].id], order)
    return None


def _channels(before: Layout, shape: Sequence[int], made: Layout, wanted: int) -> int | None:
    """The axis of the channels in front of a view: the one that it leaves, or the only one as large."""
    left = [i for i in range(1, len(before)) if before[i] == made[1]]
    alike = left or [i for i in range(1, len(before)) if shape[i] == wanted]
    return alike[0] if len(alike) == 1 else None
