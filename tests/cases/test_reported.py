"""Every sixth program of `reported/`, held as those of the other folders are in `tests/engine/test_cases.py`.

The others are held in `test_beside.py`, with all once more: it takes longer than the tests of every change may.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.case import Case, cases
from tests.cases.holding import Watching, hold, hold_in_jail

ALL = [case for case in cases() if case.folder.name == "reported"][::6]


@pytest.fixture(scope="module")
def watching() -> Iterator[Watching]:
    watching = Watching("reported:6")
    yield watching
    watching.close()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_judged(case: Case, watching: Watching) -> None:
    hold(case, watching.of(case)["document"])


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_needs_nothing_that_the_jail_keeps(case: Case, watching: Watching) -> None:
    hold_in_jail(watching.of(case))
