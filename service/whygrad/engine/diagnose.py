"""Every rule over one observation: the findings, root cause first, symptoms in the chains of their causes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from whygrad.engine import catalogue
from whygrad.engine.finding import Finding, Link, Related, Severity
from whygrad.engine.observation import Observation
from whygrad.engine.rule import Rule

RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
"""Severities, the worst first."""

_OF_THE_CODE = frozenset({"CUT", "PAR", "IPL"})
"""Families whose causes are what a line says, whatever it meets."""

_OF_THE_SHAPES = frozenset({"SHP", "TYP"})
"""Families whose causes are what a line says of the shapes and types that it meets."""


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
    return tuple(sorted(_by_line(_causes(found)), key=by_rank))


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


def _by_line(found: list[Diagnosed]) -> list[Diagnosed]:
    """What a line does wrong for each layer of a list, or each time its module is called, is one cause."""
    lines: dict[object, list[Diagnosed]] = defaultdict(list)
    for diagnosed in found:
        lines[_line(diagnosed)].append(diagnosed)
    return [_merged(sorted(group, key=by_rank)) for group in lines.values()]


def _line(diagnosed: Diagnosed) -> object:
    """What findings of one cause share; what lies in the numbers of a layer is that layer's own."""
    node, seen, family = diagnosed.finding.node, diagnosed.observation, diagnosed.rule.family
    place = seen.place(node) if node is not None and family in _OF_THE_CODE | _OF_THE_SHAPES else None
    if node is None or place is None or place.library:
        return id(diagnosed)
    met = _met(diagnosed.finding) if family in _OF_THE_SHAPES else None
    return diagnosed.rule.code, seen.nodes[node].op, place.file, place.line, place.column, met


def _met(finding: Finding) -> object:
    """The shapes and types of the operands."""
    return tuple((t.shape, t.dtype) for t in finding.event.tensors) if finding.event is not None else None


def again(finding: Finding, nodes: Sequence[int]) -> Finding:
    """The finding, told to be one of the same line for these further operations too."""
    title = f"{finding.title} (the first of {len(nodes) + 1} alike)"
    return replace(finding, title=title, related=(*finding.related, *(Related("here too", node) for node in nodes)))


def _merged(group: list[Diagnosed]) -> Diagnosed:
    """One finding for all of them, whose fix changes every one."""
    first, *others = group
    if not others:
        return first
    findings = [d.finding for d in group]
    fixes = [f.fix for f in findings if f.fix is not None]
    edits = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
    finding = replace(
        again(first.finding, [d.finding.node for d in others if d.finding.node is not None]),
        parameters=tuple(dict.fromkeys(name for f in findings for name in f.parameters)),
        fix=replace(fixes[0], edits=tuple(edits)) if all(fix.edits for fix in fixes) and fixes else first.finding.fix,
        other_fixes=(),
    )
    return replace(first, finding=finding)


def _with_symptoms(cause: Diagnosed, links: list[Link]) -> Diagnosed:
    return replace(cause, finding=replace(cause.finding, chain=(*cause.finding.chain, *links))) if links else cause
