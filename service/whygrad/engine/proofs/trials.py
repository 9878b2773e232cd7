"""One trial of a fix: the program run again with the change made, and what that says of the fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import shorten

from whygrad.engine.diagnose import Diagnosed, diagnose
from whygrad.engine.document import unexplained
from whygrad.engine.edits import Edit, Freeze, Pause, Rescale
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Error, Observation, Step
from whygrad.engine.wording.phrases import counted

Rerun = Callable[[Sequence[Edit], str], Observation | None]
"""Runs one pass of the program with edits made to it; None where an edit cannot be made."""

Key = tuple[str, object]


def key(diagnosed: Diagnosed) -> Key:
    """What makes two findings of two runs the same fault: the code and the operation."""
    node = diagnosed.finding.node
    return diagnosed.rule.code, node if node is not None else "no place"


@dataclass(frozen=True)
class Base:
    """What a fix is held against: a run of the program, with the edits already made to it, and its findings."""

    pass_name: str
    observation: Observation
    found: tuple[Diagnosed, ...]
    edits: tuple[Edit, ...] = ()

    @cached_property
    def keys(self) -> frozenset[Key]:
        """The faults that were found in it."""
        return frozenset(key(d) for d in self.found)

    @property
    def stopped(self) -> bool:
        """Whether the step raised or could not begin, so that what lies behind could not be seen."""
        return self.observation.error is not None or self.observation.judged is None


@dataclass(frozen=True)
class Trial:
    """A fix of one fault, tried: the run with it. `others` are further operations that it was made for too.

    `beside` is the run with the fixes of the other faults too, where each leaves the others and all of them heal.
    """

    fix: Fix
    fault: Diagnosed
    base: Base
    after: Base
    others: tuple[int, ...] = ()
    beside: Base | None = None

    @cached_property
    def new(self) -> tuple[Diagnosed, ...]:
        """The faults that were not there before."""
        return tuple(d for d in self.after.found if d.severity != "note" and key(d) not in self.base.keys)

    @cached_property
    def gone(self) -> frozenset[Key]:
        """The faults that are there no more."""
        return self.base.keys - self.after.keys

    @cached_property
    def heals(self) -> bool:
        """Whether its fault is gone, and no other came that had not merely been hidden behind it."""
        if self.stuck or (self.fault.rule.zeroes and self.starves):
            return False
        moved = any(self._made(d) or self._goes_on(d) for d in self.new)
        came = bool(self.new) or self.unexplained
        hidden = bool(self.new) and (self.base.stopped or self._shows_zeros)
        return key(self.fault) in self.gone and not moved and (not came or hidden)

    @property
    def _shows_zeros(self) -> bool:
        """Whether all that came are zeros, where there had been numbers that were not finite."""
        return self.fault.rule.spoils and all(d.rule.zeroes for d in self.new) and not self.unexplained

    def _made(self, new: Diagnosed) -> bool:
        """Whether a fault stands where the old one did, in what the fix put in, or where it stops gradients."""
        node, paused = new.finding.node, {edit.node for edit in self.fix.edits if isinstance(edit, Pause)}
        old = node == self.fault.finding.node or node in paused
        return node is not None and (old or node >= len(self.base.observation.nodes))

    def _goes_on(self, new: Diagnosed) -> bool:
        """Whether a fault keeps the gradient from the same parameters in the same way, only further on."""
        alike = new.rule is self.fault.rule and new.rule.of_gradients
        return alike and bool(set(new.finding.parameters) & set(self.fault.finding.parameters))

    @property
    def starves(self) -> bool:
        """Whether all parameters that the fault costs their gradient still get none but zero, in no step."""
        seen = self.after.observation
        wanting = {p.name for p in seen.trainable} & set(self.fault.finding.parameters)
        if seen.error is not None or not wanting:
            return False
        return all(
            step.gradients[name].state != "ok" for step in seen.steps for name in wanting & step.gradients.keys()
        )

    @property
    def stuck(self) -> bool:
        """Whether the step still stops in the same place, with the same words; what completed had not stopped it."""
        passed = any(e.completed and e.node == self.fault.finding.node for e in self.base.observation.first.events)
        before, after = _stop(self.base.observation), _stop(self.after.observation)
        return before is not None and before == after and not passed and not self._stops_behind

    @property
    def _stops_behind(self) -> bool:
        """Whether the operation itself ran now, and another of the same line is what stops the step."""
        ran = [e.completed for e in self.after.observation.first.events if e.node == self.fault.finding.node]
        failure = self.after.observation.failure
        return bool(ran) and all(ran) and failure is not None and failure.node < len(self.base.observation.nodes)

    @property
    def heals_all(self) -> bool:
        """Whether nothing is left that is worse than a note."""
        return self.heals and not self.unexplained and all(d.severity == "note" for d in self.after.found)

    @property
    def spoils(self) -> bool:
        """Whether with it numbers still come out that are not finite."""
        return any(d.rule.spoils for d in self.after.found)

    @property
    def unexplained(self) -> bool:
        """Whether with it something went wrong that no finding explains, and that was not so before."""
        trouble = unexplained(self.after.observation, self.after.found)
        return trouble is not None and trouble != unexplained(self.base.observation, self.base.found)

    @property
    def evidence(self) -> str:
        """What was seen, in a sentence."""
        seen = self.after.observation
        if not self.heals:
            return self._stayed()
        if self.base.pass_name == "replay":
            return "with it the optimising executor gives the same gradients"
        if self.new:
            then = "the step then stops at another fault" if seen.error is not None else "another fault is left"
            return f"with it {self._passed()}; {then}: {self.new[0].finding.title}"
        left_out = all(isinstance(edit, Freeze) for edit in self.fix.edits)
        without = self._without() if left_out else None
        beside = next((d for d in self.after.found if d.severity != "note"), None)
        if beside is not None and seen.error is None and not _count(self.after, ("ok", "zero")):
            return f"with it {self._passed()}; another fault is left: {beside.finding.title}{self._with_all()}"
        if seen.error is not None:
            return f"with it {self._passed()}; then the {seen.error.stage} raises: {_shown(seen.error)}"
        gained = _gained(self.base, self.after) + self._later()
        return without or f"with it {self._passed()}: {gained}{self._sizes()}{self._with_all()}"

    def _later(self) -> str:
        """How many of those that the fault costs their gradient get one once others have moved."""
        receive = [_receiving(self.after, step) for step in self.after.observation.steps]
        late = (receive[-1] - receive[0]) & set(self.fault.finding.parameters) if receive else ()
        return f", {len(late)} more from the second step on" if late else ""

    def _with_all(self) -> str:
        """What was seen with the fixes of the other faults too."""
        if self.beside is None:
            return ""
        alone, gained = (_gained(self.base, base) for base in (self.after, self.beside))
        return f"; with every one mended: {gained}" if gained != alone else ""

    def _sizes(self) -> str:
        """Of weights that were scaled, what that does to a gradient."""
        if not any(isinstance(edit, Rescale) for edit in self.fix.edits) or not self.fault.finding.parameters:
            return ""
        name = self.fault.finding.parameters[0]
        given = (base.observation.first.gradients.get(name) for base in (self.base, self.after))
        before, after = (gradient.norm if gradient is not None else None for gradient in given)
        if before is None or after is None:
            return ""
        return f"; the gradient of {name} has the norm {after:.2g} ({before:.2g} before)"

    def _without(self) -> str | None:
        """What was seen where parameters were left out and that changes nothing; None where it does."""
        before, after = (base.observation.first.gradients for base in (self.base, self.after))
        rest = [p.name for p in self.after.observation.trainable]
        if any(before.get(name) != after.get(name) for name in rest):
            return None
        return f"without it nothing else changes: the {counted(len(rest), 'other parameter')} get what they got before"

    def _passed(self) -> str:
        before, after = self.base.observation.error, self.after.observation.error
        if before is None and not self.base.stopped:
            return "the fault is gone"
        if after is not None:
            return f"the step gets past this {before.stage} error" if before is not None else "the step begins"
        return "forward and backward complete"

    def _stayed(self) -> str:
        error, faults = self.after.observation.error, [*self.new, *self.after.found]
        if error is None:
            return self._instead(self.new[0]) if self.new else self._as_before()
        told = next((d.finding.title for d in faults if d.severity == "error" and d.rule.family != "RUN"), None)
        if told is None or told == self.fault.finding.title:
            return f"the {error.stage} raises {_shown(error)}"
        return told

    def _as_before(self) -> str:
        """That the fault is still there: gradients that arrive beside it are no success."""
        if key(self.fault) in self.after.keys:
            return "with it the fault is still there"
        return _gained(self.base, self.after)

    def _instead(self, new: Diagnosed) -> str:
        """The fault that there is now; an operation that only the fix has put in is not named."""
        node, title = new.finding.node, new.finding.title
        put_in = node is not None and node >= len(self.base.observation.nodes)
        return f"with it {title.partition(': ')[0] if put_in else title}"


def try_fix(rerun: Rerun, base: Base, fault: Diagnosed, fix: Fix) -> Trial | None:
    """Run the program with a fix; None where it has no edits, they cannot be made, or nothing can be run with them."""
    if not fix.edits:
        return None
    edits = (*base.edits, *fix.edits)
    seen = rerun(edits, base.pass_name)
    if seen is None or seen.judged is None:
        return None
    return Trial(fix, fault, base, Base(base.pass_name, seen, diagnose(seen), edits))


def _stop(observation: Observation) -> tuple[object, ...] | None:
    """Where a step stops and with what words; None where it does not, or the place is not known."""
    error = observation.error
    if error is None or error.node is None:
        return None
    place = observation.place(error.node)
    line = (place.file, place.line) if place is not None else None
    return error.message, observation.nodes[error.node].module, line


def _gained(was: Base, now: Base) -> str:
    """`4 of 4 parameters receive a gradient (2 of 4 before)`; of numbers that had not been finite, how many are."""
    before, after = was.observation, now.observation
    wanted = ("ok", "zero") if any(g.state == "non-finite" for g in before.first.gradients.values()) else ("ok",)
    kind = "a finite gradient" if len(wanted) > 1 else "a gradient"
    count, total = _count(now, wanted), len(after.trainable)
    had = (_count(was, wanted), len(before.trainable))
    told = f"{count} of {counted(total, 'parameter')} {'receives' if total == 1 else 'receive'} {kind}"
    if before.error is not None and had[0] and before.first.error is None:
        return f"{told}, and the next step does not raise"
    if before.error is not None or before.judged is None:
        return f"{told} (none before, as the step {'raised' if before.error else 'could not begin'})"
    return told if had == (count, total) else f"{told} ({had[0]} of {had[1]} before)"


def _shown(error: Error) -> str:
    """The first line of what was raised."""
    return shorten(error.message.strip().partition("\n")[0], 160)


def _count(base: Base, states: Sequence[str]) -> int:
    return len(_receiving(base, base.observation.first, states))


def _receiving(base: Base, step: Step, states: Sequence[str] = ("ok",)) -> set[str]:
    """The parameters whose gradient is in one of these states in a step.

    A gradient that is next to nothing without a fault, as a bias has before a norm that takes it away, arrives.
    """
    starved = {name for d in base.found if d.severity != "note" for name in d.finding.parameters}
    given = {p.name: step.gradients[p.name] for p in base.observation.trainable if p.name in step.gradients}
    return {n for n, g in given.items() if g.state in states or (g.state == "zero" and g.norm and n not in starved)}
