"""Diagnoses held against earlier ones: what was fixed, what is new, what is still there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whygrad.render import counting, phrases

Json = Mapping[str, Any]
Shapes = Mapping[str, Sequence[Sequence[int] | None]]

_PHASES = ("forward", "backward")


@dataclass(frozen=True)
class Kept:
    """A fault that both have; `ignored` where one of the two was told to ignore its code."""

    before: Json
    after: Json
    ignored: bool = False

    @property
    def risen(self) -> bool:
        """Whether it is graver than it was."""
        return _gravity(self.after) > _gravity(self.before)

    @property
    def sunk(self) -> bool:
        """Whether it is less grave than it was."""
        return _gravity(self.after) < _gravity(self.before)


@dataclass(frozen=True)
class Gradient:
    """A parameter whose gradient is another: `ok`, `none`, `zero` …, and None where there is no such parameter."""

    parameter: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Reshaped:
    """A module that takes or gives other shapes than it did: of its inputs and of its outputs."""

    module: str
    before: Shapes
    after: Shapes


@dataclass(frozen=True)
class Asked:
    """A field of the request that is another, as JSON values; None where it was not given."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    """What lies between two diagnoses. Findings are those of the documents, in their order.

    What is gone is `fixed` where the later run saw as much as the earlier, else `unseen`: it may still be there. What
    has come is `new` where the earlier run saw as much as the later, else `unreached`: it may have been there before.
    """

    before: Json
    after: Json
    fixed: tuple[Json, ...]
    unseen: tuple[Json, ...]
    new: tuple[Json, ...]
    unreached: tuple[Json, ...]
    kept: tuple[Kept, ...]
    gradients: tuple[Gradient, ...]
    shapes: tuple[Reshaped, ...]
    asked: tuple[Asked, ...]

    @property
    def judged(self) -> bool:
        """Whether both programs could be judged at all."""
        return counting.judged(self.before) and counting.judged(self.after)

    def counted(self, fail_on: str) -> list[Json]:
        """What nobody knew of at or above a severity, or has risen to it; none for `never`."""
        worse = [*self.new, *self.unreached, *(kept.after for kept in self.kept if kept.risen and not kept.ignored)]
        return counting.counted({"findings": worse}, fail_on)


@dataclass(frozen=True)
class Matched:
    """The diagnoses of several programs held against earlier ones; those of `gone` and `added` have no counterpart."""

    pairs: tuple[Comparison, ...]
    gone: tuple[Json, ...]
    added: tuple[Json, ...]

    @property
    def judged(self) -> bool:
        """Whether every program that there is now could be judged, and could before."""
        return all(pair.judged for pair in self.pairs) and all(map(counting.judged, self.added))

    def counted(self, fail_on: str) -> list[Json]:
        """What is new, or has risen, at or above a severity: all that a program has which was not there before."""
        found = [finding for pair in self.pairs for finding in pair.counted(fail_on)]
        return found + [finding for document in self.added for finding in counting.counted(document, fail_on)]


def match(before: Sequence[Json], after: Sequence[Json]) -> Matched:
    """Hold the diagnoses of programs against those of the same names; of one name they are taken in their order."""
    earlier: dict[str, list[Json]] = {}
    for document in before:
        earlier.setdefault(phrases.program(document), []).append(document)
    pairs, added = [], []
    for document in after:
        same = earlier.get(phrases.program(document))
        if same:
            pairs.append(compare(same.pop(0), document))
        else:
            added.append(document)
    return Matched(tuple(pairs), tuple(document for left in earlier.values() for document in left), tuple(added))


def compare(before: Json, after: Json) -> Comparison:
    """Hold a diagnosis against an earlier one; a finding is the same where its fingerprint is."""
    earlier, later = _present(before), _present(after)
    gone = [finding for name, finding in _named(before, "findings") if name not in later]
    come = [finding for name, finding in _named(after, "findings") if name not in earlier]
    settled, known = _seen(before) <= _seen(after), _seen(after) <= _seen(before)
    return Comparison(
        before=before,
        after=after,
        fixed=tuple(gone if settled else ()),
        unseen=tuple(() if settled else gone),
        new=tuple(come if known else ()),
        unreached=tuple(() if known else come),
        kept=tuple(_kept(before, after)),
        gradients=tuple(_gradients(before, after)),
        shapes=tuple(_reshaped(before, after)),
        asked=tuple(_asked(before.get("request") or {}, after.get("request") or {})),
    )


def _kept(before: Json, after: Json) -> Iterator[Kept]:
    """What both list, where at least one of them counts it."""
    earlier, later = _present(before), _present(after)
    counted_before, counted_after = dict(_named(before, "findings")), dict(_named(after, "findings"))
    for name in [*counted_after, *(name for name in counted_before if name not in counted_after)]:
        if name in earlier and name in later:
            ignored = name not in counted_before or name not in counted_after
            yield Kept(earlier[name], later[name], ignored)


def _present(document: Json) -> dict[str, Json]:
    """Every finding by its fingerprint, also those that were ignored as asked."""
    return dict([*_named(document, "ignored"), *_named(document, "findings")])


def _named(document: Json, field: str) -> Iterator[tuple[str, Json]]:
    """The findings with their fingerprints; one that has none is like no other."""
    for number, finding in enumerate(document.get(field) or []):
        yield str(finding.get("fingerprint") or f"{id(document)} {field} {number}"), finding


def _seen(document: Json) -> set[str]:
    """How far a run got: its passes, the phases that came to their end, and whether all findings are listed."""
    passes = {str(done.get("name")) for done in document.get("passes") or [] if done.get("ran")}
    phases = {phase for phase in _PHASES if (document.get(phase) or {}).get("completed")}
    found = document.get("findings") or []
    listed = {"all findings"} if (document.get("findings_total") or 0) <= len(found) else set()
    return passes | phases | listed


def _gradients(before: Json, after: Json) -> Iterator[Gradient]:
    earlier, later = _states(before), _states(after)
    cut = _is_cut(before) or _is_cut(after)
    for name in [*earlier, *(name for name in later if name not in earlier)]:
        absent = name not in earlier or name not in later
        if earlier.get(name) != later.get(name) and not (cut and absent):
            yield Gradient(name, earlier.get(name), later.get(name))


def _states(document: Json) -> dict[str, str]:
    return {str(p.get("name")): str(p.get("gradient")) for p in document.get("parameters") or []}


def _reshaped(before: Json, after: Json) -> Iterator[Reshaped]:
    """The modules that both ran; what only one of them has, or did not get to, is no change of a shape."""
    earlier, later = _shapes(before), _shapes(after)
    for module in earlier:
        if module in later and earlier[module] != later[module]:
            yield Reshaped(module, earlier[module], later[module])


def _shapes(document: Json) -> dict[str, Shapes]:
    told = {
        str(module.get("path")): {
            side: [tensor.get("shape") for tensor in module.get(side) or []] for side in ("inputs", "outputs")
        }
        for module in document.get("modules") or []
    }
    return {module: shapes for module, shapes in told.items() if any(shapes.values())}


def _is_cut(document: Json) -> bool:
    """Whether the document lists only the first of its parameters."""
    return (document.get("parameters_total") or 0) > len(document.get("parameters") or [])


def _asked(before: Json, after: Json) -> Iterator[Asked]:
    for field in [*before, *(field for field in after if field not in before)]:
        if before.get(field) != after.get(field):
            yield Asked(str(field), before.get(field), after.get(field))


def _gravity(finding: Json) -> int:
    severities: Sequence[str] = counting.SEVERITIES[::-1]
    severity = str(finding.get("severity"))
    return severities.index(severity) if severity in severities else len(severities)
