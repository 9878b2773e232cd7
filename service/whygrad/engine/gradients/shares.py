"""Sums of shares: what a softmax gave, added up along the axis that it was taken over, is 1 whatever went in."""

from __future__ import annotations

from whygrad.engine.observation import Event, Observation, Step, Tensor
from whygrad.engine.operands import value

_SOFTMAXES = frozenset({"softmax", "_softmax"})
_SUMMING = frozenset({"sum", "mean"})
_HANDING_ON = _SUMMING | {
    "add", "sub", "rsub", "mul", "div", "pow", "square", "abs", "clamp", "clamp_min", "view", "reshape", "squeeze",
    "unsqueeze", "expand", "to", "contiguous", "index",
}  # fmt: skip


def sum_of_shares(observation: Observation, step: Step, event: Event) -> int | None:
    """The softmax, by its execution, of which all that an execution compares is a sum; None where there is none."""
    pending, seen = list(event.tensors), {t.id for t in event.tensors}
    while pending:
        index = next(iter(step.makers.get(pending.pop().id, ())), None)
        if index is None or observation.nodes[step.events[index].node].bare_name not in _HANDING_ON:
            continue
        made = step.events[index]
        found = _adds_up(observation, step, made)
        if found is not None:
            return found
        new = [t for t in made.tensors if t.requires_grad and t.id not in seen]
        pending += new
        seen |= {t.id for t in new}
    return None


def _adds_up(observation: Observation, step: Step, event: Event) -> int | None:
    """The softmax whose results an execution adds up along its own axis."""
    given = event.tensors[0]
    index = next(iter(step.makers.get(given.id, ())), None)
    maker = step.events[index] if index is not None else None
    names = [observation.nodes[e.node].bare_name for e in (event, maker) if e is not None]
    if maker is None or names[0] not in _SUMMING or names[1] not in _SOFTMAXES:
        return None
    return index if _along(observation, event, given) == _along(observation, maker, given) is not None else None


def _along(observation: Observation, event: Event, given: Tensor) -> int | None:
    """The one axis that an execution goes along, counted from the first."""
    dim = value(observation.nodes[event.node], event, "dim")
    one = dim[0] if isinstance(dim, list) and len(dim) == 1 else dim
    return one % len(given.shape) if isinstance(one, int) and given.shape else None
