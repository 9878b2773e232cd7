"""Predictions for a CTC loss whose samples stand before their steps: it takes (steps, samples, classes)."""

from __future__ import annotations

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.misordered import Misordered
from whygrad.engine.axes.pieces import Axis, holds_batch
from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.edits import Wrap
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.convolutions import convolution

CTC = "ctc_loss"
"""The operation of the loss."""


def samples_before_steps(observation: Observation, known: Layouts, node: Node, event: Event) -> Misordered | None:
    """Samples in dimension 0: of other lengths the loss says how many there are, else what made them does."""
    given, targets, samples = event.input("log_probs"), event.input("targets"), _counted(node, event)
    if given is None or targets is None or len(given.shape) != 3 or samples != given.shape[0]:
        return None
    if len(targets.shape) == 2 and targets.shape[0] != samples:
        return None
    layout = known.of(given)
    if event.completed and not _taken_first(observation, known, event, layout[0]):
        return None
    if not event.completed and given.shape[1] == samples:
        return None
    classes = any(p.source.kind == "made" for p in layout[1]) and not any(p.source.kind == "made" for p in layout[2])
    call = ".permute(2, 0, 1)" if classes else ".transpose(0, 1)"
    what = "the samples in dimension 1, and finds them in dimension 0"
    return Misordered("log_probs", given, what, call, (Wrap(node.id, "log_probs", f"x{call}"),), event.completed)


def _counted(node: Node, event: Event) -> int | None:
    """How many samples the lengths count."""
    lengths = event.input("input_lengths")
    if lengths is not None:
        return lengths.elements
    listed = value(node, event, "input_lengths")
    return len(listed) if isinstance(listed, list) else None


def _taken_first(observation: Observation, known: Layouts, event: Event, samples: Axis) -> bool:
    """Whether a layer behind a loss takes that axis for the samples: a convolution, or one made batch first."""
    if not holds_batch(samples):
        return False
    for number in known.behind(event):
        layer = known.step.events[number]
        node = observation.nodes[layer.node]
        recurrent = node.bare_name in RECURRENT and bool(value(node, layer, "batch_first", False))
        given = layer.input("input") if recurrent or convolution(node, layer) else None
        if given is not None and known.of(given)[:1] == (samples,):
            return True
    return False
