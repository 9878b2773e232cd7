"""Every case once more: right in the jail, there as without it, and healed by the lines that its fix shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.case import Case, cases
from tests.cases.holding import Watching, hold, hold_in_jail, hold_printed
from tests.cases.printed import scripted
from tests.sandbox.watched import BESIDE

ALL = cases()
FREE = [case for case in ALL if case.folder.name in ("gradients", "shapes")]
"""Those that are examined without the jail too."""


def watched(cases: list[Case], *how: str) -> Iterator[Watching]:
    """Those cases while they are examined."""
    watching = Watching(*how, *dict.fromkeys(case.folder.name for case in cases))
    yield watching
    watching.close()


@pytest.fixture(scope="module")
def jailed() -> Iterator[Watching]:
    yield from watched(ALL)


@pytest.fixture(scope="module")
def free() -> Iterator[Watching]:
    yield from watched(FREE, BESIDE)


@pytest.mark.parametrize("case", FREE, ids=lambda case: case.id)
def test_program_is_told_in_the_jail_as_without(case: Case, free: Watching) -> None:
    assert free.of(case)["same"] == [True]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_judged(case: Case, jailed: Watching) -> None:
    hold_in_jail(jailed.of(case))
    hold(case, jailed.of(case)["document"])


@pytest.mark.parametrize("case", list(filter(scripted, ALL)), ids=lambda case: case.id)
def test_the_lines_of_a_fix_heal(case: Case, jailed: Watching) -> None:
    hold_printed(case, jailed.of(case)["document"])
