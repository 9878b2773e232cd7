"""Which step of a pass deserves a close look, and whether also one in double precision: most deserve none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import prod

from whygrad.engine.observation import Error, Gradient, Node, Parameter, Step
from whygrad.engine.operations import SCALING, SHIFTING

ROUNDING = 1e-4
"""A gradient this much smaller than the others may be nothing but rounding."""

TINY = 1e-5
"""And so may one this small, whatever the others are."""

PATIENCE_MS = 15_000
"""A program that takes longer than this is not run again, for a close look or as torch itself would run it."""


_OF_NUMBERS = re.compile(
    r"\b(nans?|infs?|infinit(e|y))\b|finite|between 0 and 1|element < 0|sum of probabilities|converge|singular",
    re.IGNORECASE,
)

EXPLODED = 1e6
"""A gradient this large is not usable."""


def step_to_look_at(steps: Sequence[Step], parameters: Sequence[Parameter]) -> int | None:
    """The number of the step that shows what is off; None where nothing is.

    A gradient may well be zero in the first step, so only one that stays zero is suspicious.
    """
    first = next((i for i, step in enumerate(steps) if _is_spoiled(step)), None)
    if first is not None:
        return first
    told = _told(steps)
    if not told:
        return None
    return told[-1] if _dead(steps, parameters) or _largest(steps[told[0]].gradients) > EXPLODED else None


def of_numbers(error: Error | None) -> bool:
    """Whether it was raised before the backward, and speaks of numbers, as NaN is none."""
    return error is not None and error.stage != "backward" and bool(_OF_NUMBERS.search(error.message))


def _is_spoiled(step: Step) -> bool:
    """Whether its result or a gradient is not finite, or what it raised may be for numbers that are not."""
    return of_numbers(step.error) or bool(step.spoiled) or any(g.state == "non-finite" for g in step.gradients.values())


def step_to_double(steps: Sequence[Step], parameters: Sequence[Parameter], nodes: Sequence[Node]) -> int | None:
    """The number of the step that is to be run in double precision: some weight's gradient may be mere rounding.

    Of what is only added, as a bias is, the next normalisation may take the gradient away: that is as it should be.
    What others are multiplied by is a weight, even if it is a single number; and so is one number added to all.
    """
    told = _told(steps)
    wanting = [p for p in parameters if p.requires_grad]
    factors = _factors(steps[told[-1]], wanting, nodes) if told else frozenset()
    weights = [p for p in wanting if len(p.shape) > 1 or p.name in factors or _dead(steps, parameters)] or wanting
    rounded = (p for p in weights if all(_may_be_rounding(steps[i].gradients, p.name) for i in told))
    if any(steps[i].gradients[p.name].norm for p in rounded for i in told):
        return told[-1]
    return None


def _factors(step: Step, parameters: Sequence[Parameter], nodes: Sequence[Node]) -> frozenset[str]:
    """The parameters that something else is multiplied by, or single numbers that are added to it.

    It is themselves, or what was computed of them alone.
    """
    single = {p.name for p in parameters if prod(p.shape) == 1}
    owners = {p.tensor: p.name for p in parameters}
    found = set()
    for event in step.events:
        owned = {owners[t.id] for t in event.tensors if t.id in owners}
        if nodes[event.node].bare_name in SCALING:
            found |= owned
        elif nodes[event.node].bare_name in SHIFTING:
            found |= owned & single
        elif len(owned) == 1 and len(event.tensors) == 1:
            owners |= dict.fromkeys((t.id for t in event.outputs), owned.pop())
    return frozenset(found)


def _told(steps: Sequence[Step]) -> list[int]:
    """The numbers of the steps that came to their end."""
    return [i for i, step in enumerate(steps) if step.gradients and step.error is None]


def _dead(steps: Sequence[Step], parameters: Sequence[Parameter]) -> bool:
    """Whether the gradient of some parameter is exactly zero in every step, or that of a weight as good as zero."""
    gradients = [steps[i].gradients for i in _told(steps)]
    wanting = [p for p in parameters if p.requires_grad]
    return bool(gradients) and any(all(_is_dead(g[p.name], p) for g in gradients) for p in wanting)


def _is_dead(gradient: Gradient, parameter: Parameter) -> bool:
    return gradient.norm == 0.0 or (gradient.state == "zero" and len(parameter.shape) > 1)


def _may_be_rounding(gradients: Mapping[str, Gradient], name: str) -> bool:
    norm = gradients[name].norm
    return norm is not None and norm <= max(TINY, ROUNDING * _largest(gradients))


def _largest(gradients: Mapping[str, Gradient]) -> float:
    return max((g.norm for g in gradients.values() if g.norm is not None), default=0.0)
