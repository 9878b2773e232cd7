"""Every proposed fix is made and run: what it heals is said, which fault is the root, and what stood behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from whygrad.engine.diagnose import Diagnosed
from whygrad.engine.edits import Ask, Copy, Give, Resize, StandIn
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.operations import JOINING
from whygrad.engine.proofs.alike import alike, everywhere, rounds
from whygrad.engine.proofs.intended import changes_shapes, follows_from, meant_by, meets_again, of_other_ranks
from whygrad.engine.proofs.roots import causes_among
from whygrad.engine.proofs.together import once, together
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
        first = {k: base for base in reversed(bases) for k in base.keys & last.keys}
        numbers = next((base for base in bases if base.pass_name == "numeric"), None)
        trials = {
            key(d): self._seen_in(numbers, self._try(_shows(d, numbers, first[key(d)]), d), d)
            for d in _worth(last.found)
        }
        trials |= self._beside_each_other(trials)
        causes = causes_among(last.found, trials)
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
        found = causes_among(new, tried)
        return (*found, *self._behind(beyond, known, found, tried, depth + 1))

    def _beyond(
        self, first: dict[Key, Base], causes: Sequence[Diagnosed], trials: dict[Key, Trial | None]
    ) -> Base | None:
        """The run with the fault that stopped this one out of the way: by its fix, else by a stand-in."""
        healed = [t for d in causes if (t := trials.get(key(d))) is not None and t.heals]
        if healed:
            return _without_guesses(healed[0])
        stopping = next((d for d in causes if d.finding.event is not None and not d.finding.event.completed), None)
        return self._stood_in(first[key(stopping)], stopping) if stopping is not None else None

    def _stood_in(self, base: Base, fault: Diagnosed) -> Base | None:
        """The run with a stand-in for what could not run; where its shape is a guess, without what follows from it."""
        node, meant, after = fault.finding.node, meant_by(fault), self._as_meant(base, fault)
        if node is None or meant is None or after is None or meant.sure:
            return after
        seen, added = after.observation, len(base.observation.nodes)
        own = [d for d in after.found if not _of_the_same(seen, d.finding, node, added)]
        return replace(after, found=tuple(own))

    def _as_meant(self, base: Base, fault: Diagnosed) -> Base | None:
        """The run with a stand-in for what could not run, of the shape it was to give; None where none is known."""
        node, meant = fault.finding.node, meant_by(fault)
        fix = Fix("", edits=(StandIn(node, meant.shape),)) if node is not None and meant is not None else None
        trial = try_fix(self._rerun, base, fault, fix) if fix is not None else None
        return None if trial is None or trial.stuck or key(fault) not in trial.gone else trial.after

    def _try(self, base: Base, fault: Diagnosed) -> Trial | None:
        """The first fix that heals everything, else one that heals the most of its kind, else the first that was tried.

        Each is tried by itself before what belongs to it is mended too: the smallest change that heals is the one.
        """
        tried: list[Trial] = []
        for trial in self._singly(base, fault):
            tried.append(self._everywhere(trial))
            if tried[-1].heals_all:
                return tried[-1]
        best = max(tried, key=_worth_more, default=None)
        if best is None:
            return None
        return max((best, *(self._completed(trial, self._belongs) for trial in tried)), key=_worth_more)

    def _beside_each_other(self, trials: Mapping[Key, Trial | None]) -> dict[Key, Trial | None]:
        """The trials of faults that each spoil all numbers, with what is seen when all of them are mended."""
        each = dict[Key, Trial]()
        for own, trial in trials.items():
            healed = frozenset[Key]().union(*(t.gone for t in each.values()))
            if trial is not None and trial.heals and trial.fault.rule.spoils and own not in healed:
                each[own] = trial
        apart = len({id(t.base) for t in each.values()}) > 1 or not all(t.spoils for t in each.values())
        if apart or not 1 < len(each) <= MOST_TOGETHER or self._late:
            return {}
        first = next(iter(each.values()))
        edits = once([edit for t in each.values() for edit in t.fix.edits])
        every = try_fix(self._rerun, first.base, first.fault, replace(first.fix, edits=edits))
        if every is None or not every.heals or every.spoils:
            return {}
        return {own: replace(trial, beside=every.after) for own, trial in each.items()}

    def _seen_in(self, numbers: Base | None, trial: Trial | None, fault: Diagnosed) -> Trial | None:
        """The trial, made on numbers too where they tell more: whether a way is open, what follows from a fault."""
        if trial is None or numbers is None or trial.base is numbers or not trial.heals or self._late:
            return trial
        more = any(key(d) not in trial.base.keys for d in numbers.found if d.severity != "note")
        closer = try_fix(self._rerun, numbers, fault, trial.fix) if more else None
        return closer if closer is not None and closer.heals else trial

    def _singly(self, base: Base, fault: Diagnosed) -> Iterator[Trial]:
        for fix in _fixes(fault.finding):
            trial = try_fix(self._rerun, base, fault, fix) if not self._late else None
            if trial is None or (fix.guess and not trial.heals_all):
                continue
            if trial.stuck and all(isinstance(e, Resize) for e in fix.edits):
                continue  # torch's own check compares with a size that the file holds as a constant
            yield trial
            if trial.heals_all or _meets_another(trial) or _leaves_another(trial):
                return

    def _everywhere(self, trial: Trial) -> Trial:
        """The trial, with the fix made wherever its line runs: for a cut, or where made once it left a fault."""
        seen, number, rule = trial.fault.observation, trial.fault.finding.node, trial.fault.rule
        found = {d.finding.node for d in trial.base.found if d.rule is rule}
        whole = rule.cuts or (rule.zeroes and len(found) > 1)
        if number is None or self._late or not (trial.new or whole):
            return trial
        changed = {getattr(edit, "node", None) for edit in trial.fix.edits}
        came, again = {d.finding.node for d in trial.new if d.rule is rule}, rounds(seen, number)
        like = (*alike(seen, number), *(again if not came.isdisjoint(n.id for n in again) else ()))
        others = [node for node in like if node.id not in changed and (node.id in found or not rule.zeroes)]
        enough = trial.heals and came.isdisjoint(n.id for n in others) and not whole
        fix = everywhere(seen, trial.fix, number, others) if others and not enough else None
        before = all(isinstance(edit, Give) and edit.node != number for edit in trial.fix.edits)
        if fix is None and before and not enough and not rule.cuts:  # layers of each round, before what refused them
            return self._completed(trial, lambda d, _: d.rule is rule and d.finding.node in [n.id for n in others])
        further = try_fix(self._rerun, trial.base, trial.fault, fix) if fix is not None else None
        if further is None or not further.heals or any(d.rule is rule for d in further.new):
            return trial
        return replace(further, others=tuple(n.id for n in others))

    def _completed(self, trial: Trial, belongs: Callable[[Diagnosed, Trial], bool]) -> Trial:
        """The trial, with the fixes made too of what belongs to its fault and shows only now."""
        for _ in range(MOST_TOGETHER):
            second = next((d for d in trial.new if belongs(d, trial)), None)
            if second is None or second.finding.fix is None or self._late:
                return trial
            both = together(trial.fix, second.finding.fix)
            further = try_fix(self._rerun, trial.base, trial.fault, both)
            if further is None or key(second) in further.after.keys:
                return trial
            trial = further
        return trial

    def _belongs(self, new: Diagnosed, trial: Trial) -> bool:
        """Whether a fault is a part of the one that was mended: not one of other sizes than those that did not join."""
        node = trial.fault.finding.node
        if not _is_part(new, trial) or new.rule is trial.fault.rule or node is None:
            return _is_part(new, trial)
        joins = trial.fault.observation.nodes[node].bare_name in JOINING and trial.base.stopped
        anyway = self._as_meant(trial.base, trial.fault) if joins else None
        return anyway is None or key(new) not in anyway.keys

    @property
    def _late(self) -> bool:
        return time.monotonic() > self._until


def _without_guesses(trial: Trial) -> Base:
    """The run with a fix, without a list that is too short where the fix has only put into one what was sent."""
    asked = any(isinstance(edit, Ask) for edit in trial.fix.edits)
    error = trial.after.observation.error
    if asked and error is not None and "list index out of range" in error.message:
        return replace(trial.after, found=tuple(d for d in trial.after.found if d.finding.node != error.node))
    return trial.after


def _of_the_same(seen: Observation, finding: Finding, node: int, added: int) -> bool:
    """Whether a finding is about what a stand-in gave, or what fits its like no more than it fitted there."""
    return any(rests(seen, finding, node, added) for rests in (follows_from, meets_again))


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


def _shows(fault: Diagnosed, numbers: Base | None, first: Base) -> Base:
    """The run that a fix is held against: of a cut one with numbers, which tell whether the way behind it is open."""
    return numbers if numbers is not None and fault.rule.cuts and key(fault) in numbers.keys else first


def _worth(found: Iterable[Diagnosed]) -> list[Diagnosed]:
    """The faults whose fixes are tried: notes are none."""
    return [d for d in found if d.severity != "note"][:WIDEST]


def _fixes(finding: Finding) -> list[Fix]:
    return [fix for fix in (finding.fix, *finding.other_fixes) if fix is not None and fix.edits]


def _meets_another(trial: Trial) -> bool:
    """Whether a step that raised goes on, up to a fault of another kind: every other remedy would show it too."""
    raised = trial.base.observation.error is not None
    return raised and trial.heals and bool(trial.new) and not any(d.rule.of_operands for d in trial.new)


def _leaves_another(trial: Trial) -> bool:
    """Whether numbers are finite now where they were not, and what is left had been there beside them."""
    return trial.fault.rule.spoils and trial.heals and not trial.new


def _worth_more(trial: Trial) -> tuple[bool, bool, bool, int]:
    """What makes one fix better than another: that all is well, the fault is gone, the step runs, more of its kind."""
    alike = sum(code == trial.fault.rule.code for code, _ in trial.gone)
    return trial.heals_all, trial.heals, not trial.after.stopped, alike


def _is_part(new: Diagnosed, trial: Trial) -> bool:
    """Whether a fault is a part of the one that was mended: a further cut on the same way, a layer behind a view.

    A step on the way of what was cut is such a further one. A layer that was sized for what a view gave no longer fits
    when that is mended; a cut behind it is a fault of its own.
    """
    fault, rule = trial.fault.finding, trial.fault.rule
    if key(trial.fault) not in trial.gone or new.finding.fix is None or not new.finding.fix.edits:
        return False
    further = new.finding.fix.edits
    if any(isinstance(edit, Ask) for edit in further):  # what is sent is no part of the program's fault
        return False
    parted = any(isinstance(edit, Copy) for edit in trial.fix.edits)
    if parted and any(isinstance(edit, Resize) for edit in further):  # each entry has the size that it had
        return False
    alike = new.rule.family == rule.family or all(one.cuts or one.zeroes for one in (new.rule, rule))
    if alike and not trial.base.stopped and set(new.finding.parameters) & set(fault.parameters):
        return True
    if not new.rule.of_operands:
        return False
    added, node = len(trial.base.observation.nodes), fault.node
    follows = node is not None and follows_from(trial.after.observation, new.finding, node, added)
    regrouped = new.rule is rule and not trial.base.stopped  # of the same sizes, and with other axes in them
    return follows and (regrouped or changes_shapes(trial)) and not of_other_ranks(trial, new.finding)
