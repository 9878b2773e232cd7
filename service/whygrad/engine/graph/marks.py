"""Where the findings stand in the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.graph.misfits import Sizes, sizes
from whygrad.engine.observation import Observation


@dataclass(frozen=True)
class Mark:
    """The place of one finding: its node, or the module of what it is about; the other places that belong to it.

    `related` are labels with nodes, `sizes` the two numbers that differ.
    """

    node: int | None
    module: str | None
    related: tuple[tuple[str, int], ...] = ()
    sizes: Sizes | None = None


def marks(findings: Sequence[Diagnosed]) -> list[Mark]:
    """One for each finding, in their order."""
    return [_mark(found) for found in findings]


def nodes(marked: Sequence[Mark]) -> Iterator[int]:
    """Every node that a mark speaks of."""
    for mark in marked:
        yield from () if mark.node is None else (mark.node,)
        yield from (node for _, node in mark.related)


def _mark(diagnosed: Diagnosed) -> Mark:
    finding, observation = diagnosed.finding, diagnosed.observation
    shown = finding.event.node if finding.event is not None else None
    place = finding.node if finding.node in observation.executed or shown is None else shown
    event = finding.event
    wrong = sizes(observation.nodes[event.node], event) if event and diagnosed.rule.family == "SHP" else None
    related = tuple((r.label, r.node) for r in finding.related)
    return Mark(place, _module(observation, place, finding.parameters), related, wrong)


def _module(observation: Observation, node: int | None, parameters: Sequence[str]) -> str | None:
    """The module of the node; where there is none, that of the only parameters which the finding is about."""
    if node is not None and node < len(observation.nodes):
        return observation.nodes[node].module
    owners = {name.rpartition(".")[0] for name in parameters}
    return owners.pop() if len(owners) == 1 else None
