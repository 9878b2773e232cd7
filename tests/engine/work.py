"""How much work something is, in calls of functions: the same on every machine, however busy."""

from __future__ import annotations

from collections.abc import Callable
from cProfile import Profile


def calls(do: Callable[[], object]) -> int:
    """How many functions are called, torch's and Python's own too, until it is done."""
    profile = Profile()
    profile.runcall(do)
    return sum(entry.callcount for entry in profile.getstats())
