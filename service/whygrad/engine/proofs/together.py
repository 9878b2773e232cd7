"""Two fixes made together, as one change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.edits import Edit
from whygrad.engine.finding import Fix
from whygrad.engine.wording.joining import joined


def together(first: Fix, second: Fix) -> Fix:
    """Two changes as one; shown as lines only where the lines of both are known."""
    again = f"{second.summary}, in each place"
    alike = first.summary in (second.summary, again)
    summary = again if alike else f"{first.summary}, and then {second.summary}"
    edits = (*first.edits, *second.edits)
    if first.after == second.after and alike:
        return replace(first, summary=summary, edits=edits)
    before, after = _shown(first, second)
    return replace(first, summary=summary, edits=edits, before=before, after=after)


def once(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The changes in their order, each of them once."""
    return tuple(edit for place, edit in enumerate(edits) if edit not in edits[:place])


def _shown(first: Fix, second: Fix) -> tuple[str | None, str | None]:
    """The lines of both before and after; one line where both change the same."""
    if not (first.before and first.after and second.before and second.after):
        return "", None
    if first.before == second.before:
        return first.before, joined(first.before, (first.after, second.after))
    return f"{first.before}\n{second.before}", f"{first.after}\n{second.after}"
