"""Every proposed fix is made and run: what it heals is said, which fault is the root, and what stood behind it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from whygrad.engine.diagnose import RANK, Diagnosed, again, by_rank
from whygrad.engine.edits import Ask, Become, Give, Replace, Resize, StandIn, Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.proofs.alike import alike, everywhere
from whygrad.engine.proofs.intended import follows_from, intended
from whygrad.engine.proofs.together import together
from whygrad.engine.proofs.trials import Base, Key, Rerun, Trial, key, try_fix

DEEPEST = 16
"""The most faults, one behind the other, that one diagnosis goes through."""

WIDEST = 8
"""The most faults of one run whose fixes are tried."""

MOST_TOGETHER = 4
"""The most fixes that are made together to heal one fault."""


class Verifier:
    """Verifies the findings of one program. `rerun` runs it with edits; after `seconds` no more is tried."""

    def __init__(self, rerun: Rerun, seconds: float) -> None:
        self._rerun = rerun
        self._until = time.monotonic() + seconds

    def verify(self, bases: Sequence[Base]) -> tuple[Diagnosed, ...]:
        """The findings of the last base, the root cause first, with what was seen of their fixes.

        A fault is held against the first pass that shows it: the cheapest that can tell.
        """
        last = bases[-1]
        first = {k: base for base in reversed(bases) for k in base.keys}
        trials = {key(d): self._try(first[key(d)], d) for d in _worth(last.found)}
        causes = _causes(last.found, trials)
        return _once((*causes, *self._behind(last, first, causes, trials, depth=1)))

    def _behind(
        self,
        base: Base,
        first: dict[Key, Base],
        causes: Sequence[Diagnosed],
        trials: dict[Key, Trial | None],
        depth: int,
    ) -> tuple[Diagnosed, ...]:
        """The faults behind the one that stops the step, and those behind them."""
        if not base.stopped or depth > DEEPEST or self._late:
            return ()
        beyond = self._beyond(first, causes, trials)
        if beyond is None:
            return ()
        new = [_hidden_by(causes[0], d) for d in beyond.found if key(d) not in first and d.severity != "note"]
        tried = {key(d): self._try(beyond, d) for d in new[:WIDEST]}
        known = first | {key(d): beyond for d in new}
        found = _causes(new, tried)
        return (*found, *self._behind(beyond, known, found, tried, depth + 1))

    def _beyond(
        self, first: dict[Key, Base], causes: Sequence[Diagnosed], trials: dict[Key, Trial | None]
    ) -> Base | None:
        """The run with the fault that stopped this one out of the way: by its fix, else by a stand-in."""
        healed = [t for d in causes if (t := trials.get(key(d))) is not None and t.heals and t.base.stopped]
        if healed:
            return healed[0].after
        stopping = next((d for d in causes if d.finding.event is not None and not d.finding.event.completed), None)
        return self._stood_in(first[key(stopping)], stopping) if stopping is not None else None

    def _stood_in(self, base: Base, fault: Diagnosed) -> Base | None:
        """The run with a stand-in for what could not run; where its shape is a guess, without what follows from it."""
        node, event = fault.finding.node, fault.finding.event
        meant = intended(fault.observation.nodes[node], event) if node is not None and event is not None else None
        if node is None or meant is None:
            return None
        trial = try_fix(self._rerun, base, fault, Fix("", edits=(StandIn(node, meant.shape),)))
        if trial is None or trial.stuck or key(fault) not in trial.gone:
            return None
        seen, added = trial.after.observation, len(base.observation.nodes)
        own = [d for d in trial.after.found if meant.sure or not follows_from(seen, d.finding, node, added)]
        return replace(trial.after, found=tuple(own))

    def _try(self, base: Base, fault: Diagnosed) -> Trial | None:
        """The first fix that heals everything, else the first that heals the fault, else the first that was tried.

        Each is tried by itself before what belongs to it is mended too: the smallest change that heals is the one.
        """
        tried = [self._everywhere(trial) for trial in self._singly(base, fault)]
        best = max(tried, key=_worth_more, default=None)
        if best is None or best.heals_all:
            return best
        return max((best, *(self._completed(trial) for trial in tried)), key=_worth_more)

    def _singly(self, base: Base, fault: Diagnosed) -> Iterator[Trial]:
        for fix in _fixes(fault.finding):
            trial = try_fix(self._rerun, base, fault, fix) if not self._late else None
            if trial is None:
                continue
            if trial.stuck and all(isinstance(e, Resize) for e in fix.edits):
                continue  # torch's own check compares with a size that the file holds as a constant
            yield trial
            if trial.heals_all:
                return

    def _everywhere(self, trial: Trial) -> Trial:
        """The trial, with the fix made for every layer of a list where the fault comes again in another of them."""
        seen, number = trial.fault.observation, trial.fault.finding.node
        others = alike(seen, number) if number is not None and trial.new and not self._late else ()
        came = {d.finding.node for d in trial.new if d.rule is trial.fault.rule}
        if number is None or came.isdisjoint(n.id for n in others):
            return trial
        fix = everywhere(seen, trial.fix, number, others)
        further = try_fix(self._rerun, trial.base, trial.fault, fix) if fix is not None else None
        if further is None or not further.heals or any(d.rule is trial.fault.rule for d in further.new):
            return trial
        return replace(further, others=tuple(n.id for n in others))

    def _completed(self, trial: Trial) -> Trial:
        """The trial, with the fixes made too of what belongs to its fault and shows only now."""
        for _ in range(MOST_TOGETHER):
            second = next((d for d in trial.new if _belongs(d, trial)), None)
            if second is None or second.finding.fix is None or self._late:
                return trial
            both = together(trial.fix, second.finding.fix)
            further = try_fix(self._rerun, trial.base, trial.fault, both)
            if further is None or key(second) in further.after.keys:
                return trial
            trial = further
        return trial

    @property
    def _late(self) -> bool:
        return time.monotonic() > self._until


def _hidden_by(cause: Diagnosed, hidden: Diagnosed) -> Diagnosed:
    """A fault with the one that stood before it in its chain."""
    link = Link(f"it shows once the fault before it is out of the way: {cause.finding.title}", cause.finding.node)
    return replace(hidden, finding=replace(hidden.finding, chain=(link, *hidden.finding.chain)))


def _once(found: Sequence[Diagnosed]) -> tuple[Diagnosed, ...]:
    """The faults, of which one without a remedy that comes again with the same operands is told once."""
    told: dict[object, Diagnosed] = {}
    for number, diagnosed in enumerate(found):
        same = _sameness(diagnosed) or number
        first = told.setdefault(same, diagnosed)
        if first is not diagnosed:
            link = Link(f"the same again: {diagnosed.finding.title}", diagnosed.finding.node)
            told[same] = replace(first, finding=replace(first.finding, chain=(*first.finding.chain, link)))
    return tuple(told.values())


def _sameness(diagnosed: Diagnosed) -> object:
    """What a refused operation and its like have in common: the operation and shapes, where none is a weight's own."""
    node, event, fix = diagnosed.finding.node, diagnosed.finding.event, diagnosed.finding.fix
    healed = fix is not None and fix.verified
    if node is None or event is None or event.completed or healed:
        return None
    if any(t.id in diagnosed.observation.stored for t in event.tensors):
        return None
    return diagnosed.rule.code, diagnosed.observation.nodes[node].op, tuple(t.shape for t in event.tensors)


def _worth(found: Iterable[Diagnosed]) -> list[Diagnosed]:
    """The faults whose fixes are tried: notes are none."""
    return [d for d in found if d.severity != "note"][:WIDEST]


def _fixes(finding: Finding) -> list[Fix]:
    return [fix for fix in (finding.fix, *finding.other_fixes) if fix is not None and fix.edits]


def _worth_more(trial: Trial) -> tuple[bool, bool]:
    return trial.heals_all, trial.heals


def _belongs(new: Diagnosed, trial: Trial) -> bool:
    """Whether a fault is a part of the one that was mended: a further cut on the same way, a layer behind a view.

    A layer that was sized for what a view gave no longer fits when that is mended.
    """
    fault = trial.fault.finding
    if key(trial.fault) not in trial.gone or new.finding.fix is None or not new.finding.fix.edits:
        return False
    if any(isinstance(edit, Ask) for edit in new.finding.fix.edits):  # what is sent is no part of the program's fault
        return False
    alike = new.rule.family == trial.fault.rule.family
    if alike and not trial.base.stopped and set(new.finding.parameters) & set(fault.parameters):
        return True
    added, node = len(trial.base.observation.nodes), fault.node
    follows = node is not None and follows_from(trial.after.observation, new.finding, node, added)
    return follows and _changes_shapes(trial)


def _changes_shapes(trial: Trial) -> bool:
    """Whether what follows the mended operation gets another shape than it gave, or was to give."""
    node, event = trial.fault.finding.node, trial.fault.finding.event
    now = next((e.outputs[0].shape for e in trial.after.observation.first.events if e.node == node and e.outputs), None)
    if node is None or event is None or now is None:
        return any(isinstance(e, Wrap | Replace | Become | Give | Ask) for e in trial.fix.edits)
    was = event.outputs[0].shape if event.outputs else None
    meant = intended(trial.fault.observation.nodes[node], event) if was is None else None
    return now != (meant.shape if meant is not None else was)


def _causes(found: Sequence[Diagnosed], trials: Mapping[Key, Trial | None]) -> tuple[Diagnosed, ...]:
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
    return tuple(sorted(told, key=lambda d: (not _is_root(trials.get(key(d)), found), *by_rank(d))))


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
    """The other lines that a fix changes, of which it shows one."""
    if "\n" in (fix.after or ""):
        return ""
    seen, own = diagnosed.observation, diagnosed.finding.node
    shown = seen.place(own) if own is not None else None
    numbers = {number for edit in fix.edits if (number := getattr(edit, "node", None)) is not None}
    places = [seen.place(number) for number in sorted(numbers) if number < len(seen.nodes)]
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
