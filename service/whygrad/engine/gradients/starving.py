"""Which parameters get a gradient of zero, step after step, and because of which execution.

Zero is exactly zero in every step that ran, or what only rounding keeps from it: in double precision it all but
disappears. Zeros that heal by themselves, or that are as they should be, are not told: a layer that starts at zero
and can leave it, a bias that the next normalisation takes away, a state that starts at zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from whygrad.engine.finding import Finding, Fix, Link, Related, Severity, names
from whygrad.engine.gradients.autopsy import Autopsy, Cause, Starved
from whygrad.engine.observation import Event, Gradient, Node, Observation, Parameter, Pass, Step
from whygrad.engine.wording.phrases import subject

_DOUBLED = 1e-4
"""A gradient that shrinks by this much in double precision was rounding."""

_ROUNDING = 1e-12
"""What double precision leaves of zero."""


@lru_cache(maxsize=8)
def starved(observation: Observation) -> tuple[Starved, ...]:
    """Every execution that keeps the gradient of a parameter at zero, in their order."""
    judged = observation.judged
    if judged is None:
        return ()
    groups: dict[tuple[int, Cause], list[Starved]] = defaultdict(list)
    told: set[str] = set()
    for step, parameters, rounding in _suspects(observation, judged):
        autopsy = Autopsy(observation, step, parameters, rounding)
        for parameter in parameters:
            death = autopsy.of(parameter) if parameter.name not in told else None
            if death is not None:
                told.add(parameter.name)
                groups[death.node.id, death.cause].append(death)
    merged = [_together(group) for group in groups.values()]
    return tuple(sorted(merged, key=lambda s: s.order))


def starved_by(observation: Observation, cause: Cause) -> Iterator[Starved]:
    """Those of one cause."""
    return (found for found in starved(observation) if found.cause == cause)


def severity(observation: Observation) -> Severity:
    """How bad zeros are: an error where no parameter gets anything else."""
    lost = {p.name for found in starved(observation) for p in found.parameters} | {p.name for p in observation.missing}
    return "error" if len(lost) == len(observation.trainable) else "warning"


def finding(
    observation: Observation,
    found: Starved,
    *,
    why: str,
    message: str,
    chain: Sequence[Link],
    fix: Fix,
    other_fixes: Sequence[Fix] = (),
    kind: str = "",
) -> Finding:
    """The finding of an execution that starves parameters; `why` ends `encoder gets a gradient of zero: …`."""
    return Finding(
        title=f"{subject(found.parameters, 'gets', observation.trainable)} a gradient of zero: {why}",
        message=message,
        node=found.node.id,
        event=as_sent(observation, found),
        order=found.order,
        parameters=names(found.parameters),
        severity=severity(observation),
        related=tuple(Related("the gradient ends here", n.id) for n in (found.ends,) if n is not None),
        chain=tuple(chain),
        fix=fix,
        other_fixes=tuple(other_fixes),
        kind=kind,
    )


def as_sent(observation: Observation, found: Starved) -> Event:
    """The same execution in the types that the program was sent in: zero may have been seen in double precision."""
    events = observation.first.events
    alike = (e for e in (*events[found.order : found.order + 1], *events) if e.node == found.event.node)
    return next(alike, found.event)


def nameless(observation: Observation) -> tuple[Parameter, ...]:
    """The parameters whose gradient stays zero in a way that has no name, and is not known to be harmless."""
    return tuple(p for found in starved_by(observation, "unknown") for p in found.parameters)


def reduced(observation: Observation, found: Starved) -> tuple[int, Node] | None:
    """The first sum or mean behind an execution, in the first step: its index and node; None where there is none."""
    events = observation.first.events
    reached = {t.id for e in events if e.node == found.node.id for t in e.outputs}
    for order, event in enumerate(events):
        if event.node == found.node.id or not reached & {t.id for t in event.tensors}:
            continue
        node = observation.nodes[event.node]
        if node.bare_name in ("sum", "mean"):
            return order, node
        reached |= {t.id for t in event.outputs}
    return None


def _together(group: Sequence[Starved]) -> Starved:
    first = min(group, key=lambda s: s.order)
    factor = next((s.factor for s in group if s.factor is not None), None)
    ends = next((s.ends for s in group if s.ends is not None), None)
    return replace(first, parameters=tuple(p for s in group for p in s.parameters), factor=factor, ends=ends)


def _suspects(observation: Observation, judged: Pass) -> Iterator[tuple[Step, list[Parameter], float]]:
    """The steps that were looked at, each with the parameters whose gradient is zero there, and what counts as zero."""
    told = [step.gradients for step in judged.steps if step.gradients and step.error is None]
    wanting = [p for p in observation.trainable if not observation.expected(p)]
    if judged.close is not None:
        given = [*told, judged.close.gradients]
        yield judged.close, [p for p in wanting if all(_norm(g, p) == 0.0 for g in given)], 0.0
    if judged.double is not None and told:
        rounded = [p for p in wanting if _is_rounding(p, told, judged.double.gradients)]
        yield judged.double, rounded, _ROUNDING


def _norm(gradients: Mapping[str, Gradient], parameter: Parameter) -> float | None:
    gradient = gradients.get(parameter.name)
    return gradient.norm if gradient is not None else None


def _is_rounding(parameter: Parameter, told: Sequence[Mapping[str, Gradient]], doubled: Mapping[str, Gradient]) -> bool:
    """Whether a gradient all but disappears in double precision, or is all but nothing where that is its own."""
    largest = max((norm for g in told if (norm := _norm(g, parameter)) is not None), default=0.0)
    double = _norm(doubled, parameter)
    if parameter.dtype in ("float64", "complex128"):
        return largest <= _ROUNDING * max((g.norm or 0.0 for g in doubled.values()), default=0.0)
    return double is not None and largest > 0.0 and double <= _DOUBLED * largest
