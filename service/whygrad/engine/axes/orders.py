"""Layers that get their operand's axes in another order than they take them, told by where the right size stands."""

from __future__ import annotations

from whygrad.engine.axes.attention import in_attention, padding_mask
from whygrad.engine.axes.ctc import CTC, samples_before_steps
from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.misordered import Misordered
from whygrad.engine.axes.one_sample import one_sample
from whygrad.engine.axes.pieces import Axis, Layout
from whygrad.engine.axes.recurrence import RECURRENT, last_sample, recurrent
from whygrad.engine.edits import Wrap
from whygrad.engine.observation import Event, Node, Observation, Tensor
from whygrad.engine.operands.convolutions import convolution

_FEW_CHANNELS = 4
_CLASSIFYING = frozenset({"cross_entropy_loss", "nll_loss", "nll_loss_nd", "nll_loss2d"})


def misordered(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """What of an operation's operands is in another order than it takes; None where nothing is, or that is not sure."""
    op = node.bare_name
    if op in RECURRENT:
        return recurrent(observation, known, node, event)
    if op == "select":
        return last_sample(observation, known, node, event)
    if op == CTC:
        return samples_before_steps(observation, known, node, event)
    if op in _CLASSIFYING:
        return _classes_last(known, node, event)
    if op == "view" and in_attention(observation, node):
        return padding_mask(observation, known, node, event)
    return _convolved(observation, known, node, event)


def _convolved(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """A convolution whose channels are in the last axis of its input."""
    found = convolution(node, event)
    if found is None or not found.fits_rank or found.given == found.wanted or found.input.shape[-1] != found.wanted:
        return None
    place = len(found.input.shape) - found.spatial - 1
    last = _channels_last(known.of(found.input), place, found.input.shape)
    if not last or one_sample(observation, known, node, event) is not None:
        return None
    rank = len(found.input.shape)
    call = _moved([*range(place), rank - 1, *range(place, rank - 1)])
    what = f"{found.wanted} channels in dimension {place}, and finds them in the last"
    return Misordered("input", found.input, what, call, (Wrap(node.id, "input", f"x{call}"),))


def _channels_last(layout: Layout, place: int, shape: tuple[int, ...]) -> bool:
    """Whether the last axis rather than the one at a place holds channels: a layer made it, or it looks so."""
    if _made(layout[-1]) or _made(layout[place]):
        return _made(layout[-1]) and not _made(layout[place])
    image = shape[place:]
    return len(image) == 2 or (image[-1] != image[-2] and (image[0] == image[1] or image[-1] <= _FEW_CHANNELS))


def _made(axis: Axis) -> bool:
    return any(p.source.kind in ("made", "joined") for p in axis)


def _moved(order: list[int]) -> str:
    moved = [i for i, o in enumerate(order) if i != o]
    return f".transpose({moved[0]}, {moved[1]})" if len(moved) == 2 else f".permute({', '.join(map(str, order))})"


def _classes_last(known: Layouts, node: Node, event: Event) -> Misordered | None:
    """Classes in the last axis of what a classification loss compares with one class for each of as many positions."""
    roles = ("self", "input")
    given = next((o for o in event.inputs if o.role in roles), None)
    target = event.input("target")
    if given is None or target is None or len(given.tensor.shape) < 3:
        return None
    shape = given.tensor.shape
    both = target.shape == shape[:-1] == (shape[0], *shape[2:])
    if not both or not _along(known, given.tensor, target):
        return None
    call = _moved([0, len(shape) - 1, *range(1, len(shape) - 1)])
    edits = (Wrap(node.id, given.role, f"x{call}"),) if node.outputs else ()
    what = f"the classes in dimension 1, and finds {shape[-1]} of them in the last"
    return Misordered(given.role, given.tensor, what, call, edits, silent=True)


def _along(known: Layouts, given: Tensor, target: Tensor) -> bool:
    """Whether the axes of a target are those of the input before its last, and not those around its second."""
    axes, wanted = known.of(given), known.of(target)
    return wanted == axes[:-1] and wanted != (axes[0], *axes[2:]) and _made(axes[-1]) and not _made(axes[1])
