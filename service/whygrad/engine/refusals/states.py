"""The state of recurrent layers beside all of their steps: that of the last layer, in a step of its own."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.axes.recurrence import RECURRENT
from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.spelling import with_behind


def of_the_last_layer(observation: Observation, node: Node, first: Operand, second: Operand) -> Iterator[Fix]:
    """The state of the last layer, (batch, features), stretched along the steps of what it stands beside.

    `hidden + encoder_outputs`, of (layers, batch, features) and (batch, steps, features) or (steps, batch, features).
    """
    for state, steps in ((first, second), (second, first)):
        behind = _as_one_step(observation, state, steps)
        if behind is not None:
            yield Fix(
                f"take the state of the last layer, for every step: x{behind} of {size(state.tensor)}",
                before=observation.source(node.id),
                after=with_behind(observation, node, state.role, behind),
                edits=(Wrap(node.id, state.role, f"x{behind}"),),
            )


def _as_one_step(observation: Observation, state: Operand, steps: Operand) -> str | None:
    """What makes a step of a state; None where it is no state of a recurrent layer, or does not fit then either."""
    own, other = state.tensor.shape, steps.tensor.shape
    if len(own) != 3 or len(other) != 3 or not _is_state(observation, state) or own[2] not in (1, other[2]):
        return None
    if own[1] == other[0]:
        return "[-1].unsqueeze(1)"
    return "[-1]" if own[1] == other[1] else None


def _is_state(observation: Observation, operand: Operand) -> bool:
    """Whether the first axis of an operand is that of the layers of a recurrent one."""
    known = layouts(observation)
    (layers, *_) = known.of(operand.tensor)
    makers = (
        known.step.events[p.source.key[0]]
        for p in layers
        if isinstance(p.source.key, tuple) and p.source.kind == "joined"
    )
    return any(observation.nodes[maker.node].bare_name in RECURRENT for maker in makers)
