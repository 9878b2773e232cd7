"""Two sequences of a loss, one of which was cut at an end and the other not: each is held against the next."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.facts import OPEN_END
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Observation, Operand, Step
from whygrad.engine.operands import value
from whygrad.engine.wording.origins import known_as, variable
from whygrad.engine.wording.parsing import bracketed
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import named
from whygrad.engine.wording.spelling import with_behind


def shifted(observation: Observation, failing: Event, step: Step, cut: Operand, other: Operand) -> Iterator[Fix]:
    """The other cut at its other end: `target[:, 1:]` beside `logits[:, :-1]`."""
    found = _cut(observation, step, cut)
    if found is None:
        return
    before, axis, call = found
    for event, operand in readers(failing, step, other):
        node, shape = observation.nodes[event.node], operand.tensor.shape
        if shape[: axis + 1] == before[: axis + 1]:
            index, source = f"[{':, ' * axis}{call}]", observation.source(node.id)
            name = variable(observation, node, operand.role)
            told = known_as(observation, node, operand) or size(operand.tensor)
            yield Fix(
                f"cut the other at its other end: {bracketed(told) or told}{index} goes with what was cut",
                before=source,
                after=with_behind(observation, node, operand.role, index) or named(source, name, index),
                edits=(Wrap(node.id, operand.role, f"x{index}"),),
            )
            return


def _cut(observation: Observation, step: Step, operand: Operand) -> tuple[tuple[int, ...], int, str] | None:
    """The shape before the last cut that an operand comes from, its axis, and how the other is to be cut."""
    wanted = {operand.tensor.id}
    for event in reversed(step.events):
        node = observation.nodes[event.node]
        if not event.completed or not wanted & {t.id for t in event.outputs} or not event.inputs:
            continue
        wanted |= {t.id for t in event.tensors}
        if node.bare_name == "slice":
            axis, start, end = (value(node, event, name) for name in ("dim", "start", "end"))
            shape = event.tensors[0].shape
            if isinstance(axis, int) and (call := _counterpart(start, end, shape[axis])):
                return shape, axis % len(shape), call
    return None


def _counterpart(start: object, end: object, length: int) -> str | None:
    """The slice that leaves as many at the other end; None where both ends, or neither, were cut."""
    first = start if isinstance(start, int) else 0
    last = end if isinstance(end, int) else OPEN_END
    if first == 0 and -length < last < 0:
        return f"{-last}:"
    return f":-{first}" if 0 < first < length <= last else None


def readers(failing: Event, step: Step, operand: Operand) -> Iterator[tuple[Event, Operand]]:
    """Where an operand is read, and what it was made of before, through what only gives it another shape."""
    yield failing, operand
    tensor = operand.tensor
    for event in reversed(step.events):
        if event.completed and event.inputs and any(t.id == tensor.id for t in event.outputs):
            first = event.inputs[0]
            if first.tensor.elements != tensor.elements:
                return
            yield event, first
            tensor = first.tensor
