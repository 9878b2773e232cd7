"""Two fixes made together, as one change."""

from __future__ import annotations

import itertools
from dataclasses import replace

from whygrad.engine.finding import Fix


def together(first: Fix, second: Fix) -> Fix:
    """Two changes as one; shown as lines only where the lines of both are known."""
    alike = first.summary == second.summary
    summary = f"{first.summary}, in both places" if alike else f"{first.summary}, and then {second.summary}"
    edits = (*first.edits, *second.edits)
    if first.after == second.after and alike:
        return replace(first, summary=summary, edits=edits)
    before, after = _shown(first, second)
    return replace(first, summary=summary, edits=edits, before=before, after=after)


def _shown(first: Fix, second: Fix) -> tuple[str | None, str | None]:
    """The lines of both before and after; one line where both change the same."""
    if not (first.before and first.after and second.before and second.after):
        return "", None
    if first.before == second.before:
        return first.before, _merged(first.before, first.after, second.after)
    return f"{first.before}\n{second.before}", f"{first.after}\n{second.after}"


def _merged(before: str, one: str, other: str) -> str | None:
    """Two changes of a line made together; None where they touch each other."""
    (start, end, text), (begin, stop, more) = sorted((_change(before, one), _change(before, other)))
    return before[:start] + text + before[end:begin] + more + before[stop:] if end < begin else None


def _change(before: str, after: str) -> tuple[int, int, str]:
    """The part of a line that was changed, from where to where, and what stands there now."""
    start = _alike(before, after)
    behind = _alike(before[: start - 1 if start else None : -1], after[: start - 1 if start else None : -1])
    return start, len(before) - behind, after[start : len(after) - behind]


def _alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
