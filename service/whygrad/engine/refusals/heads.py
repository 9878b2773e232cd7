"""What there is one of for each sample, beside what lies among the samples several times: heads, frames, beams."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import Layouts, layouts
from whygrad.engine.axes.pieces import Axis, holds_batch, length
from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Step
from whygrad.engine.operands.stretching import Clash
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.spelling import with_behind


def for_each_head(observation: Observation, step: Step, node: Node, wrong: Clash) -> Iterator[Fix]:
    """The rows of the samples repeated, each as often as its sample stands there."""
    if wrong.second is None:
        return
    known = layouts(observation) if step is observation.first else Layouts(observation, step)
    for few, many in ((wrong.first, wrong.second), (wrong.second, wrong.first)):
        if -wrong.axis > min(len(few.tensor.shape), len(many.tensor.shape)):
            continue
        rows, among = known.of(few.tensor)[wrong.axis], known.of(many.tensor)[wrong.axis]
        times = _times(rows, among)
        if times is not None and few.role not in node.writes:
            call = f".repeat_interleave({times}, dim={len(few.tensor.shape) + wrong.axis})"
            yield Fix(
                f"each of the {length(rows)} samples stands {times} times in {called(observation, node, many)}, one "
                f"after the other: repeat {called(observation, node, few)} likewise",
                after=with_behind(observation, node, few.role, call),
                edits=(Wrap(node.id, few.role, f"x{call}"),),
            )


def _times(rows: Axis, among: Axis) -> int | None:
    """How often each sample stands in an axis that goes through the samples first; None where it does not."""
    samples = length(rows)
    outermost = len(among) > 1 and holds_batch(among[:1]) and among[0].size == samples
    return length(among) // samples if outermost and holds_batch(rows) and len(rows) == 1 else None
