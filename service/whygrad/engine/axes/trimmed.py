"""What a convolution over time was padded by, trimmed to the length that a trace had: `conv(x)[:, :, : x.size(2)]`.

Padded at either side by all that it reaches, it gives so much more than it was given; what comes after the end is cut
off, so that no step sees a later one. A trace keeps the length of its example as a number.
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.unrolled import Unrolled, axes
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operands.convolutions import Convolution, convolution

_TIME = 2
"""The dimension of time behind those of samples and channels."""


def trimmed(observation: Observation, known: Layouts) -> Iterator[Unrolled]:
    """The slices behind such convolutions that keep fewer steps than the convolution was given."""
    lengths: dict[int, int] = {}
    found_in = {came: (place, recorded, came) for place, recorded, came in axes(observation) if place == _TIME}
    for order, event in enumerate(known.step.events):
        found = convolution(observation.nodes[event.node], event)
        if found is not None and event.outputs and _sees_no_later_step(found):
            lengths[event.outputs[0].id] = found.input.shape[-1]
        given = next((lengths[t.id] for t in event.tensors if t.id in lengths), 0)
        kept = _kept(observation, event) if given else None
        if kept is not None and kept < given:
            axis = found_in.get(given, (_TIME, None, given))
            if axis[1] in (None, kept):
                yield Unrolled(order, event, kept, given, axis, alone=True, slices=True)
        elif given and event.outputs and event.outputs[0].shape == event.tensors[0].shape:
            lengths[event.outputs[0].id] = given


def _kept(observation: Observation, event: Event) -> int | None:
    """How many steps from the first a slice over time keeps; None where that is no number of the program."""
    node = observation.nodes[event.node]
    over_time = node.bare_name == "slice" and node.literal("dim") == _TIME and node.literal("start") in (None, 0)
    end = node.literal("end") if over_time else None
    return end if isinstance(end, int) and end > 1 else None


def _sees_no_later_step(found: Convolution) -> bool:
    """Whether it is padded at either side by all that its kernel reaches back."""
    kernel, dilation, padding = found.weight.shape[2:], found.settings["dilation"], found.settings["padding"]
    reach = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)] if isinstance(dilation, list) else []
    return found.spatial == 1 and not found.transposed and padding == reach != [0] and found.settings["stride"] == [1]
