"""Several changes of one line made together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable


def joined(before: str, changed: Iterable[str]) -> str | None:
    """The line with the changes that each of these makes of it; None where two of them touch each other."""
    changes = sorted(_change(before, after) for after in dict.fromkeys(changed))
    if any(end >= begin for (_, end, _), (begin, _, _) in itertools.pairwise(changes)):
        return None
    line = before
    for start, end, text in reversed(changes):
        line = line[:start] + text + line[end:]
    return line


def _change(before: str, after: str) -> tuple[int, int, str]:
    """The part of a line that was changed, from where to where, and what stands there now."""
    start = _alike(before, after)
    behind = _alike(before[: start - 1 if start else None : -1], after[: start - 1 if start else None : -1])
    return start, len(before) - behind, after[start : len(after) - behind]


def _alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
