"""Real programs with a known truth: the root cause first, at the right line and operation, with its parameters.

What the stored figures have right must stay right; what they have wrong is expected to fail, until it is measured anew.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from tests.cases import score
from tests.cases.case import Case, cases
from tests.cases.judge import ASPECTS, HEALTHY, judged
from tests.engine.programs import examined

from whygrad.engine.observation import Json

ALL = cases()
MISSED = {(name, aspect) for name, row in score.stored()["rows"].items() for aspect, right in row.items() if not right}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_every_program_is_judged(case: Case) -> None:
    for document in diagnoses(case):
        assert document["verdict"] in {"faulty", "suspect", "healthy", "undetermined"}
        assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize("case", [case for case in ALL if case.healthy], ids=lambda case: case.id)
def test_healthy_program_is_left_alone(case: Case) -> None:
    hold(case, HEALTHY)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("case", [case for case in ALL if not case.healthy], ids=lambda case: case.id)
def test_fault_is_diagnosed(case: Case, aspect: str) -> None:
    hold(case, aspect)


def hold(case: Case, aspect: str) -> None:
    """Fails where a diagnosis has wrong what it had right."""
    document = diagnoses(case)[-1]
    if judged(case, document).get(aspect, True):
        return
    told = [(f["code"], f["location"], f["parameters"]) for f in document["findings"]]
    (pytest.xfail if (case.id, aspect) in MISSED else pytest.fail)(f"{document['verdict']} {told}, not {case.truth}")


@cache
def _diagnoses(folder: Path, name: str) -> list[dict[str, Json]]:
    case = next(c for c in ALL if (c.folder, c.id) == (folder, name))
    return examined(case.upload(), case.request)


def diagnoses(case: Case) -> list[dict[str, Json]]:
    """The document after each pass; each program is run once."""
    return _diagnoses(case.folder, case.id)
