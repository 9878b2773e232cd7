"""Where a finding is pinned in a repository: the user's own line, or the program's file where no line is known.

A client that has the sources says so: `location.path` is the file from the root of the repository, and `model.path`
the program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from whygrad.engine.spelling import LONGEST_SENTENCE, spelt
from whygrad.render import phrases, snippet
from whygrad.render.terminal import safe

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A file with `/` between its folders, a line and a column from 1; a column of 0 is none."""

    path: str
    line: int
    column: int = 0


def place(document: Json, location: Json) -> Place:
    """The line in the repository, or the first of the program's own file."""
    found = exact(location)
    if found:
        return found
    model = document.get("model") or {}
    return Place(safe(model.get("path") or model.get("name") or "model", 400), 1)


def exact(location: Json) -> Place | None:
    """The line in the repository, where a client found it there."""
    path, line, column = location.get("path"), location.get("line"), location.get("column")
    if not isinstance(path, str) or not isinstance(line, int) or line < 1:
        return None
    return Place(safe(path, 400), line, column + 1 if isinstance(column, int) and column >= 0 else 0)


def report(finding: Json) -> str:
    """A finding in some lines, for a place that shows no more: what, where, who suffers, the fix."""
    location = finding.get("location") or {}
    fix = finding.get("fix") or {}
    message = spelt(str(finding.get("message") or ""), LONGEST_SENTENCE, keep="\n")
    where = snippet.place(location)
    source = safe(location.get("source") or "", 200)
    gone, come, layers = phrases.change(fix)
    lines = [
        phrases.title(finding),
        message if message != phrases.title(finding) else "",
        f"At {where}" + (f": {source}" if source else "") if where else "",
        f"Fix: {safe(fix.get('summary') or '', 600)}" if fix else "",
        *(f"- {safe(line, 160)}" for line in gone),
        *(f"+ {safe(line, 160)}" for line in come),
        *(safe(layer, 320) for layer in layers),
        phrases.proof(fix),
    ]
    return "\n".join(filter(None, lines))
