"""Which of many things make the difference, found by halving."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

MOST = 4
"""More things than these together are no answer."""


def smallest(candidates: Sequence[int], holds: Callable[[Collection[int]], bool], deadline: float) -> tuple[int, ...]:
    """A smallest set of candidates for which `holds`, as early in their order as can be.

    Empty where it holds for none of them or not for all, or where there is none of at most `MOST` in time.
    """
    if holds(()) or not holds(candidates):
        return ()
    found: list[int] = []
    while not found or not holds(found):
        if len(found) == MOST or time.monotonic() > deadline:
            return ()
        last = _shortest_prefix(candidates, lambda prefix: holds([*prefix, *found]), deadline)
        if last is None:
            return ()
        found.append(candidates[last])
        candidates = candidates[:last]
    return tuple(sorted(found))


def _shortest_prefix(candidates: Sequence[int], holds: Callable[[Sequence[int]], bool], deadline: float) -> int | None:
    """The place of the last of the fewest first candidates for which `holds`; None where time runs out."""
    short, enough = 0, len(candidates)
    while enough - short > 1:
        if time.monotonic() > deadline:
            return None
        middle = (short + enough) // 2
        short, enough = (short, middle) if holds(candidates[:middle]) else (middle, enough)
    return enough - 1
