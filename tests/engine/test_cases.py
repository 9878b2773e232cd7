"""Real programs with a known truth: the root cause first, at the right line and operation, with its parameters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.case import Case, cases
from tests.cases.holding import Watching, hold, hold_in_jail

FOLDERS = ("gradients", "shapes")
ALL = [case for case in cases() if case.folder.name in FOLDERS]


@pytest.fixture(scope="module")
def watching() -> Iterator[Watching]:
    watching = Watching(*FOLDERS)
    yield watching
    watching.close()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_judged(case: Case, watching: Watching) -> None:
    hold(case, watching.of(case)["document"])


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_needs_nothing_that_the_jail_keeps(case: Case, watching: Watching) -> None:
    hold_in_jail(watching.of(case))
