"""Whether the line that a fix shows heals too: put into the source, exported, and diagnosed again.

`python -m tests.cases.printed [id ...]` tries every verified fix that is shown of every scripted case, or of some.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.cases import export
from tests.cases.case import Case, cases
from tests.engine.programs import PRELUDE, build, examined, request_of

from whygrad.engine.observation import Json

Document = dict[str, Json]


@dataclass(frozen=True)
class Printed:
    """One fix as it is shown, and what is wrong with that; empty where it heals.

    `stands` is whether the line before is in the source as it is shown: a layer that is written anew may not be.
    """

    fault: str
    before: str
    after: str
    stands: bool
    problem: str = ""


def scripted(case: Case) -> bool:
    """Whether it is faulty, and its own lines are in its archive."""
    return not case.healthy and case.export == "script"


def tried(case: Case, document: Document) -> list[Printed]:
    """Each verified fix that a case's diagnosis shows."""

    def again(text: str) -> Document:
        return examined(export.made(text, case.export, case.id), case.request)[-1]

    return list(trials(document, case.text(), again))


def unhealed(source: str, example: Mapping[str, str]) -> list[Printed]:
    """The verified fixes that are shown of a scripted `Net`, and whose lines do not heal it."""
    request = request_of(example)

    def again(text: str) -> Document:
        return examined(build(text.removeprefix(PRELUDE)), request)[-1]

    return [one for one in trials(examined(build(source), request)[-1], PRELUDE + source, again) if one.problem]


def trials(document: Document, text: str, again: Callable[[str], Document]) -> Iterator[Printed]:
    """Each verified fix that is shown, made in a source, which is diagnosed `again`."""
    for fault in shown(document):
        changed = with_line(text, fault)
        added = len((changed or text).splitlines()) - len(text.splitlines())
        problem = _problem(document, fault, again, changed, added) if changed is not None else ""
        yield Printed(fault["code"], fault["fix"]["before"], fault["fix"]["after"], changed is not None, problem)


def shown(document: Document) -> Iterator[Document]:
    """The findings with a verified fix that is shown as lines."""
    for fault in document["findings"]:
        fix = fault["fix"] or {}
        if fix.get("verified") and fix.get("before") and fix.get("after") is not None:
            yield fault


def with_line(text: str, fault: Document) -> str | None:
    """The source with what a fix shows in place of what stood there; None where a line does not stand in it once.

    The lines before and after go together one by one; what is more after goes with the last.
    """
    before, after, lines = fault["fix"]["before"].split("\n"), fault["fix"]["after"].split("\n"), text.splitlines()
    after[len(before) - 1 :] = ["\n".join(after[len(before) - 1 :])]
    places = [_place_of(lines, was, fault["location"] or {}) for was in before]
    for place, was, now in zip(places, before, after, strict=True):
        if place is None:
            return None
        indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
        lines[place] = lines[place].replace(was, now.replace("\n", f"\n{indent}") or "if True:" * was.endswith(":"))
    return "\n".join(lines) + "\n"


def _place_of(lines: list[str], wanted: str, location: Document) -> int | None:
    """Where a line stands: where the finding points, if it is that one, else the only one that holds it."""
    told = ast.parse("\n".join(lines)).body[0]
    begin = told.end_lineno or 0 if isinstance(told, ast.Expr) else 0
    places = [i for i, line in enumerate(lines) if wanted in line and i >= begin]
    own = [i for i in places if i + 1 == location.get("line") and location.get("source") == wanted]
    return (own or places)[0] if len(own or places) == 1 else None


def _problem(document: Document, fault: Document, again: Callable[[str], Document], changed: str, added: int) -> str:
    try:
        after = again(changed)
    except Exception as error:
        return f"cannot be exported: {error}"
    if any(_same(fault, other, added) for other in _faults(after)):
        return "the fault stays"
    more = Counter(f["code"] for f in _faults(after)) - Counter(f["code"] for f in _faults(document))
    hidden = "another fault" in fault["fix"]["evidence"]
    stopped = not (document["forward"]["completed"] and document["backward"]["completed"])
    return "" if hidden or stopped or not more else f"another comes: {', '.join(more)}"


def _faults(document: Document) -> list[Document]:
    return [f for f in document["findings"] if f["severity"] != "note"]


def _same(fault: Document, other: Document, added: int) -> bool:
    """Whether it is the fault in a source with so many lines more, also where its own line has changed."""
    was, now = fault["location"] or {}, other["location"] or {}
    kinds = [(f["code"], at.get("module"), at.get("op")) for f, at in ((fault, was), (other, now))]
    moved = (now.get("line") or 0) - (was.get("line") or 0)
    return kinds[0] == kinds[1] and min(added, 0) <= moved <= max(added, 0)


def main(wanted: list[str]) -> int:
    """Tells each that does not heal, and the figures; returns how many there are."""
    chosen = [case for case in cases() if scripted(case) and (not wanted or case.id in wanted)]
    found: Mapping[str, list[Printed]] = {c.id: tried(c, examined(c.upload(), c.request)[-1]) for c in chosen}
    every = [one for printed in found.values() for one in printed]
    for name, printed in found.items():
        for one in printed:
            if one.problem or not one.stands:
                print(f"{name}: {one.fault}\n  - {one.before}\n  + {one.after}\n  {one.problem or 'not in the source'}")
    wrong = sum(bool(one.problem) for one in every)
    standing = sum(one.stands for one in every)
    print(f"{len(every)} shown as lines, {standing} of them stand in their source; {standing - wrong} of these heal")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
