"""The programs of `reported/`, held as those of the other folders are in `tests/engine/test_cases.py`."""

from __future__ import annotations

import json

import pytest
from tests.cases.case import Case, cases
from tests.cases.holding import diagnosis, hold
from tests.cases.judge import ASPECTS, HEALTHY

ALL = [case for case in cases() if case.folder.name == "reported"]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_program_is_judged(case: Case) -> None:
    document = diagnosis(case)
    assert document["verdict"] in {"faulty", "suspect", "healthy", "undetermined"}
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize("case", [case for case in ALL if case.healthy], ids=lambda case: case.id)
def test_healthy_program_is_left_alone(case: Case) -> None:
    hold(case, (HEALTHY,))


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("case", [case for case in ALL if not case.healthy], ids=lambda case: case.id)
def test_fault_is_diagnosed(case: Case, aspect: str) -> None:
    hold(case, (aspect,))
