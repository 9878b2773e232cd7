"""The fewest things that together make the difference."""

from __future__ import annotations

import time
from collections.abc import Collection

import pytest

from whygrad.engine.observe.bisection import smallest

LATER = float("inf")


@pytest.mark.parametrize("needed", [{0}, {7}, {99}, {3, 4}, {0, 50, 99}, {1, 2, 3, 4}])
def test_the_needed_are_found(needed: set[int]) -> None:
    assert set(smallest(range(100), lambda chosen: needed <= set(chosen), LATER)) == needed


def test_of_several_that_suffice_the_earliest_is_found() -> None:
    assert smallest(range(100), lambda chosen: bool({20, 60} & set(chosen)), LATER) == (20,)


def test_few_questions_are_asked() -> None:
    asked = []

    def holds(chosen: Collection[int]) -> bool:
        asked.append(chosen)
        return 700 in chosen

    assert smallest(range(1000), holds, LATER) == (700,)
    assert len(asked) <= 15


@pytest.mark.parametrize("holds", [lambda _: True, lambda _: False, lambda chosen: len(chosen) > 5])
def test_nothing_is_said_where_no_few_make_the_difference(holds: object) -> None:
    assert smallest(range(10), holds, LATER) == ()  # type: ignore[arg-type]


def test_nothing_is_said_when_time_is_up() -> None:
    assert smallest(range(10), lambda chosen: 3 in chosen, time.monotonic() - 1) == ()
