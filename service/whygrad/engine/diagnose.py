"""Every rule over one observation: the findings, root cause first, symptoms in the chains of their causes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from whygrad.engine import catalogue
from whygrad.engine.finding import Finding, Fix, Link, Related, Severity
from whygrad.engine.observation import Frame, Observation
from whygrad.engine.rule import Rule
from whygrad.engine.wording.joining import joined

RANK: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
"""Severities, the worst first."""

_OF_THE_CODE = frozenset({"CUT", "PAR", "IPL", "ZER501", "ZER506"})
"""Families, and codes, whose causes are what a line says, whatever it meets."""

_OF_THE_SHAPES = frozenset({"SHP", "TYP", "ZER503"})
"""Families, and codes, whose causes are what a line says of the shapes and types that it meets."""


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


def diagnose(
    observation: Observation, rules: Iterable[Rule] | None = None, *, stumbled: list[Exception] | None = None
) -> tuple[Diagnosed, ...]:
    """The findings of every rule, ranked.

    No rule should raise. Where `stumbled` is given, one that does costs its own findings alone, and is put there.
    """
    chosen = catalogue.rules() if rules is None else rules
    found = [diagnosed for rule in chosen for diagnosed in _checked(rule, observation, stumbled)]
    return tuple(sorted(_by_line(_causes(found)), key=by_rank))


def _checked(rule: Rule, observation: Observation, stumbled: list[Exception] | None) -> list[Diagnosed]:
    try:
        return [Diagnosed(rule, finding, observation) for finding in rule.check(observation)]
    except Exception as error:
        if stumbled is None:
            raise
        stumbled.append(error)
        return []


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
    """What a line does wrong for each layer of a list, or operand, or each time its module is called, is one cause."""
    places, lines = defaultdict[object, list[Diagnosed]](list), defaultdict[object, list[Diagnosed]](list)
    for diagnosed in found:
        places[_place(diagnosed)].append(diagnosed)
    for group in places.values():
        lines[_advice(min(group, key=by_rank))] += group
    return [_merged(sorted(group, key=by_rank)) for group in lines.values()]


def _place(diagnosed: Diagnosed) -> object:
    """What findings of one cause share; what lies in the numbers of a layer is that layer's own."""
    line = _line(diagnosed)
    if line is None:
        return id(diagnosed)
    return diagnosed.rule.code, line.file, line.line, line.column, diagnosed.finding.kind, _met(diagnosed)


def _advice(diagnosed: Diagnosed) -> object:
    """What findings share whose operations are the same, of one line, and to be changed in the same way."""
    line, fix = _line(diagnosed), diagnosed.finding.fix
    if line is None or fix is None:
        return id(diagnosed)
    return diagnosed.rule.code, line.file, line.line, fix.summary, _met(diagnosed)


def _line(diagnosed: Diagnosed) -> Frame | None:
    """The user's own line that a finding stands at, where that is its cause."""
    node, names = diagnosed.finding.node, {diagnosed.rule.family, diagnosed.rule.code}
    if node is None or not names & (_OF_THE_CODE | _OF_THE_SHAPES):
        return None
    place = diagnosed.observation.place(node)
    return place if place is not None and not place.library else None


def _met(diagnosed: Diagnosed) -> object:
    """The operation, and where they matter the shapes and types of its operands."""
    node, event, names = diagnosed.finding.node, diagnosed.finding.event, {diagnosed.rule.family, diagnosed.rule.code}
    op = diagnosed.observation.nodes[node].op if node is not None else None
    shapes = event is not None and names & _OF_THE_SHAPES
    return op, tuple((t.shape, t.dtype) for t in event.tensors) if event is not None and shapes else None


def again(finding: Finding, nodes: Sequence[int]) -> Finding:
    """The finding, told to be one of the same line for these further operations too."""
    title = f"{finding.title} (the first of {len(nodes) + 1} alike)"
    others = (related for related in finding.related if related.node not in nodes)
    return replace(finding, title=title, related=(*others, *(Related("here too", node) for node in nodes)))


def _merged(group: list[Diagnosed]) -> Diagnosed:
    """One finding for all of them, whose fix changes every one."""
    first, *others = group
    if not others:
        return first
    findings = [d.finding for d in group]
    fixes = [f.fix for f in findings if f.fix is not None]
    finding = replace(
        again(first.finding, [d.finding.node for d in others if d.finding.node is not None]),
        parameters=tuple(dict.fromkeys(name for f in findings for name in f.parameters)),
        fix=_made_in_all(group, fixes) if all(fix.edits for fix in fixes) and fixes else first.finding.fix,
        other_fixes=tuple(_made_in_all(group, each) for each in zip(*(f.other_fixes for f in findings), strict=False)),
    )
    return replace(first, finding=finding)


def _made_in_all(group: list[Diagnosed], fixes: Sequence[Fix]) -> Fix:
    """The fixes as one; of a line that they change in several places all are shown, or none."""
    edits, afters = {repr(edit): edit for fix in fixes for edit in fix.edits}, [fix.after for fix in fixes]
    node, seen = group[0].finding.node, group[0].observation
    columns = {place.column for d in group if d.finding.node is not None and (place := seen.place(d.finding.node))}
    after = fixes[0].after
    if len(columns) > 1:
        line = fixes[0].before or (seen.source(node) if node is not None else None)
        after = joined(line, [a for a in afters if a]) if line and all(afters) else None
    others = f"; and so in the other {len(fixes) - 1 if len(fixes) > 2 else 'one'}"
    summary = fixes[0].summary + (others if len({fix.summary for fix in fixes}) > 1 else "")
    return replace(fixes[0], summary=summary, after=after, edits=tuple(edits.values()))


def _with_symptoms(cause: Diagnosed, links: list[Link]) -> Diagnosed:
    return replace(cause, finding=replace(cause.finding, chain=(*cause.finding.chain, *links))) if links else cause
