"""What tried fixes say of their faults: which is the root, what merely follows from it, and what was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from whygrad.engine.diagnose import RANK, Diagnosed, again, by_rank
from whygrad.engine.edits import Copy
from whygrad.engine.finding import Fix, Link
from whygrad.engine.proofs.trials import Key, Trial, key


def causes_among(found: Sequence[Diagnosed], trials: Mapping[Key, Trial | None]) -> tuple[Diagnosed, ...]:
    """The faults with what was seen of their fixes; what another's fix heals too is a link of that one's chain."""
    tried = [(d, trial) for d in found if (trial := trials.get(key(d))) is not None]
    owners = {key(d): cause for d in found if (cause := _cause(d, tried)) is not None}
    symptoms: dict[Key, list[Diagnosed]] = defaultdict(list)
    causes = []
    for diagnosed in found:
        root = _root(diagnosed, owners)
        if root is diagnosed:
            causes.append(diagnosed)
        else:
            symptoms[key(root)].append(diagnosed)
    told = [_with_symptoms(_told(d, trials.get(key(d))), symptoms[key(d)]) for d in causes]

    def rank(diagnosed: Diagnosed) -> tuple[object, ...]:
        trial = trials.get(key(diagnosed))
        return not _is_root(trial, found), not _opens(trial), *by_rank(diagnosed)

    return tuple(sorted(told, key=rank))


def _cause(symptom: Diagnosed, tried: Sequence[tuple[Diagnosed, Trial]]) -> Diagnosed | None:
    """The fault whose fix alone makes this one go too, where it is not the other way round."""
    if symptom.severity == "note":
        return None
    own = next((trial for d, trial in tried if d is symptom), None)
    for other, trial in tried:
        if other is symptom or not trial.heals or key(symptom) not in trial.gone:
            continue
        mutual = own is not None and own.heals and key(other) in own.gone
        if not mutual or _comes_first(trial, own):
            return other
    return None


def _root(diagnosed: Diagnosed, owners: Mapping[Key, Diagnosed]) -> Diagnosed:
    """The cause of a fault, and of that one, up to the one that has none."""
    passed = {key(diagnosed)}
    while (cause := owners.get(key(diagnosed))) is not None and key(cause) not in passed:
        passed.add(key(cause))
        diagnosed = cause
    return diagnosed


def _comes_first(one: Trial, other: Trial | None) -> bool:
    """Of two faults that heal each other: the one whose fix heals all, else the one that ranks first."""
    if other is None or one.heals_all != other.heals_all:
        return one.heals_all
    return by_rank(one.fault) < by_rank(other.fault)


def _is_root(trial: Trial | None, found: Sequence[Diagnosed]) -> bool:
    """Whether a fix alone healed all that was found."""
    seen = trial is not None and all(key(d) in trial.base.keys for d in found if d.severity != "note")
    return trial is not None and seen and trial.heals_all


def _opens(trial: Trial | None) -> bool:
    """Whether a gradient comes through where a fix has opened a cut: not where another cut is around that one."""
    return trial is None or not (trial.fault.rule.cuts and trial.starves)


def _told(diagnosed: Diagnosed, trial: Trial | None) -> Diagnosed:
    """The finding with what was seen of its fix."""
    if trial is None:
        return diagnosed
    if trial.others:
        diagnosed = replace(diagnosed, finding=again(diagnosed.finding, trial.others))
    fix = replace(trial.fix, verified=trial.heals, evidence=trial.evidence)
    if not trial.heals:  # a change that was refuted is not shown as one to make
        fix = replace(fix, before="", after=None)
    elif fix.after is not None:
        fix = replace(fix, summary=fix.summary + _also(diagnosed, fix))
    return replace(diagnosed, finding=replace(diagnosed.finding, fix=fix))


def _also(diagnosed: Diagnosed, fix: Fix) -> str:
    """The other lines that a fix changes, of which it shows one; none where it shows a layer as it is to be made."""
    seen, own = diagnosed.observation, diagnosed.finding.node
    shown = seen.place(own) if own is not None else None
    own_line = (edit for edit in fix.edits if not isinstance(edit, Copy))  # a copy is made where it is read
    numbers = {number for edit in own_line if (number := getattr(edit, "node", None)) is not None}
    places = [seen.place(number) for number in sorted(numbers) if number < len(seen.nodes)]
    lines_of_code = {place.source for place in (shown, *places) if place is not None}
    if "\n" in (fix.after or "") or (fix.before and fix.before not in lines_of_code):
        return ""
    told = {shown.line if shown is not None else None, *(p.line for p in places if p and p.source == fix.before)}
    lines = sorted({p.line for p in places if p is not None and shown is not None and p.line not in told})
    return f"; and alike in line {', '.join(map(str, lines))}" if lines else ""


def _with_symptoms(cause: Diagnosed, symptoms: Sequence[Diagnosed]) -> Diagnosed:
    """The cause as bad as the worst that follows from it, and costing what that costs."""
    if not symptoms:
        return cause
    links = tuple(Link(f"from it follows: {d.finding.title}", d.finding.node) for d in symptoms)
    severity = min((cause.severity, *(d.severity for d in symptoms)), key=RANK.__getitem__)
    lost = dict.fromkeys(cause.finding.parameters)
    for symptom in symptoms:
        lost |= dict.fromkeys(symptom.finding.parameters)
    finding = replace(cause.finding, chain=(*cause.finding.chain, *links), severity=severity, parameters=tuple(lost))
    return replace(cause, finding=finding)
