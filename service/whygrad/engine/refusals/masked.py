"""Masks of another sequence than the one whose scores they are to hide, where the same line took the right one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from whygrad.engine.edits import Hand
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operations import MASKED_BY
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.phrases import size


@dataclass(frozen=True)
class _Read:
    """An operand of an execution, and the place of that among those of its step."""

    event: Event
    operand: Operand
    index: int

    def giver(self, step: Step) -> int | None:
        """The last execution before it that gave the operand, by its place."""
        made = step.makers.get(self.operand.tensor.id, ())
        later = bisect_left(made, self.index)
        return made[later - 1] if later else None

    def before(self, step: Step) -> _Read | None:
        """The one operand of that execution; None where it has more, or where there is none."""
        index = self.giver(step)
        event = step.events[index] if index is not None else None
        return _Read(event, event.inputs[0], index) if index is not None and event and len(event.inputs) == 1 else None


def masked_alike(observation: Observation, step: Step, node: Node, event: Event) -> Fix | None:
    """The mask that fits the scores and that another call of the same line was given, in place of this one.

    An attention over the encoder's outputs is to hide what the encoder's own attention hides.
    """
    role, place = MASKED_BY.get(node.bare_name), observation.place(node.id)
    mask = event.input(role) if role is not None else None
    if role is None or mask is None or place is None:
        return None
    scores = next(t for t in event.tensors if t.id != mask.id or len(event.tensors) == 1)
    for index in range(len(step.events) - 1, -1, -1):
        other = step.events[index]
        same = observation.nodes[other.node].op == node.op and observation.place(other.node) == place
        fitting = other.input(role) if same and other.completed else None
        if fitting is not None and fitting.shape != mask.shape and _fits(fitting.shape, scores.shape):
            return _given(
                observation,
                step,
                _Read(event, Operand(role, mask), len(step.events)),
                _Read(other, Operand(role, fitting), index),
            )
    return None


def _fits(mask: Sequence[int], scores: Sequence[int]) -> bool:
    """Whether a mask stretches to scores, and has an entry of its own for each of those that are compared."""
    pairs = list(zip(reversed(mask), reversed(scores), strict=False))
    return len(mask) <= len(scores) and mask[-1:] == scores[-1:] and all(m in (1, s) for m, s in pairs)


def _given(observation: Observation, step: Step, here: _Read, there: _Read) -> Fix | None:
    """What the other call was given, handed to this one: where both begin to do the same with it."""
    while (one := here.before(step)) and (two := there.before(step)) and _the_same(observation, one.event, two.event):
        here, there = one, two
    index = there.giver(step)
    giver = step.events[index] if index is not None else None
    if giver is None or giver.outputs[0].id != there.operand.tensor.id:
        return None
    node, operand = observation.nodes[here.event.node], here.operand
    told = f", which line {place.line} makes" if (place := observation.place(giver.node)) is not None else ""
    return Fix(
        f"give it the mask of {size(there.operand.tensor)}{told}, in place of {called(observation, node, operand)} "
        f"({size(operand.tensor)})",
        before="",
        edits=(Hand(node.id, operand.role, giver.node),),
    )


def _the_same(observation: Observation, one: Event, two: Event) -> bool:
    """Whether two executions are those of the same operation in the same line."""
    first, second = observation.nodes[one.node], observation.nodes[two.node]
    place = observation.place(first.id)
    return first.op == second.op and place is not None and place == observation.place(second.id)
