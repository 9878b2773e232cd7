"""Every case is what it says it is: run in plain torch, and built from the source that stands beside it."""

from __future__ import annotations

import json

import pytest
from tests.cases import build, score
from tests.cases.case import Case, cases, digest
from tests.cases.truth import contradictions

ALL = cases()


@pytest.mark.slow  # it fails where a case or torch has changed, which the figures below tell at once
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_truth_is_seen_in_plain_torch(case: Case) -> None:
    assert list(contradictions(case)) == []


def test_reported_cases_say_what_their_sources_declare() -> None:
    declared = [entry for file in build.REPORTED.glob("src/*.py") for entry in build.entries(file)]
    assert json.loads((build.REPORTED / "cases.json").read_text()) == sorted(declared, key=lambda told: told["id"])


def test_names_are_given_once() -> None:
    assert len({case.id for case in ALL}) == len(ALL)


def test_healthy_programs_are_a_third() -> None:
    assert 3 * sum(case.healthy for case in ALL) >= len(ALL)


def test_figures_are_of_these_cases() -> None:
    assert score.stored()["cases"] == digest(ALL), "python -m tests.cases.score --write"
