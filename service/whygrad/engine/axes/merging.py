"""Views that make one thing of all samples, beside which another operand still has them apart."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import REGROUPING
from whygrad.engine.axes.pieces import Axis, length
from whygrad.engine.observation import Event, Observation, Operand


@dataclass(frozen=True)
class Merged:
    """The view at `order` put `samples` into another axis; `other` has them in dimension `axis`, where it left one."""

    order: int
    view: Event
    other: Operand
    axis: int
    samples: int

    @property
    def place(self) -> int:
        """The dimension that the view put them into."""
        return next(i for i, n in reversed(list(enumerate(self.view.outputs[0].shape))) if n > 1)

    @property
    def width(self) -> int:
        """What that dimension is for each sample."""
        return self.view.outputs[0].shape[self.place] // self.samples

    @property
    def sizes(self) -> list[int]:
        """What the view should have been given, with the samples left open."""
        sizes = list(self.view.outputs[0].shape)
        sizes[self.axis], sizes[self.place] = -1, self.width
        return sizes


def merged(observation: Observation, known: Layouts, failed: Event) -> Merged | None:
    """The view because of which a join or an elementwise operation was refused; None where none is."""
    if len(failed.inputs) != 2:
        return None
    for one, other in (failed.inputs, failed.inputs[::-1]):
        order = known.makers.get(one.tensor.id)
        view = known.step.events[order] if order is not None else None
        if view is None or order is None or observation.nodes[view.node].bare_name not in REGROUPING:
            continue
        first = (*known.of(view.tensors[0]), ())[0]
        samples, shapes = length(first), (one.tensor.shape, other.tensor.shape)
        put_in = any(set(first) <= set(a) and length(a) > samples for a in known.of(one.tensor))
        if samples > 1 and _sent(first) and put_in and len(shapes[0]) == len(shapes[1]):
            places = [i for i, (a, b) in enumerate(zip(*shapes, strict=True)) if (a, b) == (1, samples)]
            return Merged(order, view, other, places[0], samples) if len(places) == 1 else None
    return None


def _sent(axis: Axis) -> bool:
    return len(axis) == 1 and axis[0].whole and axis[0].source.kind == "input"
