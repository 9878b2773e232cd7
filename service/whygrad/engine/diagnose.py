"""Every rule over one observation: the findings, root cause first, symptoms in the chains of their causes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from whygrad.engine import catalogue
from whygrad.engine.finding import Finding, Link, Severity
from whygrad.engine.observation import Observation
from whygrad.engine.rule import Rule

RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
"""Severities, the worst first."""


@dataclass(frozen=True)
class Diagnosed:
    """A finding with the rule that made it, and the observation that it speaks of."""

    rule: Rule
    finding: Finding
    observation: Observation

    @property
    def severity(self) -> Severity:
        """The finding's own severity, or the rule's."""
        return self.finding.severity or self.rule.severity


def diagnose(observation: Observation, rules: Iterable[Rule] | None = None) -> tuple[Diagnosed, ...]:
    """The findings of every rule, ranked."""
    chosen = catalogue.rules() if rules is None else rules
    found = [Diagnosed(rule, finding, observation) for rule in chosen for finding in rule.check(observation)]
    return tuple(sorted(_causes(found), key=by_rank))


def by_rank(diagnosed: Diagnosed) -> tuple[int, int, str]:
    """The order of findings: the worst first, then as they were executed."""
    return RANK[diagnosed.severity], diagnosed.finding.order, diagnosed.rule.code


def _causes(found: list[Diagnosed]) -> list[Diagnosed]:
    """What explains itself stays; what another finding explains becomes a link of that finding's chain."""
    explained = {node: cause for cause in found for node in cause.finding.explains}
    symptoms: dict[int, list[Link]] = defaultdict(list)
    causes = []
    for diagnosed in found:
        node = diagnosed.finding.node
        cause = explained.get(node) if node is not None else None
        if cause is None or cause is diagnosed:
            causes.append(diagnosed)
        else:
            symptoms[id(cause)].append(Link(diagnosed.finding.title, node))
    return [_with_symptoms(cause, symptoms[id(cause)]) for cause in causes]


def _with_symptoms(cause: Diagnosed, links: list[Link]) -> Diagnosed:
    return replace(cause, finding=replace(cause.finding, chain=(*cause.finding.chain, *links))) if links else cause
