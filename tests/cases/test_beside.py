"""Every case once more: right, told in the jail as without it, and healed by the lines that its fix shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.case import Case, cases
from tests.cases.holding import Watching, hold, hold_in_jail, hold_printed
from tests.cases.printed import scripted
from tests.sandbox.watched import BESIDE

ALL = cases()


@pytest.fixture(scope="module")
def watching() -> Iterator[Watching]:
    watching = Watching(BESIDE, *dict.fromkeys(case.folder.name for case in ALL))
    yield watching
    watching.close()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_told_in_the_jail_as_without(case: Case, watching: Watching) -> None:
    assert watching.of(case)["same"] == [True]
    hold_in_jail(watching.of(case))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_judged(case: Case, watching: Watching) -> None:
    hold(case, watching.of(case)["document"])


@pytest.mark.parametrize("case", list(filter(scripted, ALL)), ids=lambda case: case.id)
def test_the_lines_of_a_fix_heal(case: Case, watching: Watching) -> None:
    hold_printed(case, watching.of(case)["document"])
