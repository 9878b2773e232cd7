"""A case's program is run once, in the jail, and many tests look at what came of it.

What the stored figures have right must stay right; what they have wrong fails as expected, until measured anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cases import printed, score
from tests.cases.case import Case
from tests.cases.judge import judged

from whygrad.engine.observation import Json
from whygrad.jobs.wellformed import is_diagnosis
from whygrad.sandbox import wire
from whygrad.sandbox.nursery import ENVIRONMENT

ROOT = Path(__file__).parents[2]
MISSED = {(name, aspect) for name, row in score.stored()["rows"].items() for aspect, right in row.items() if not right}


class Watching:
    """What came of the programs of some folders, as it comes: `tests.sandbox.watched` runs while the tests look."""

    def __init__(self, *folders: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox.watched", *folders],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told: dict[str, dict[str, Json]] = {}

    def of(self, case: Case) -> dict[str, Json]:
        """What came of a program; waits for it."""
        assert self._process.stdout is not None
        while case.id not in self._told:
            line = self._process.stdout.readline()
            assert line, f"it ended before {case.id}: its own output says why"
            told = json.loads(line)
            self._told[told["id"]] = told
        return self._told[case.id]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def hold_in_jail(told: dict[str, Json]) -> None:
    """Fails where a program needed anything that a child could not open."""
    assert told["stack"] == "", "a call that is not allowed was made here"
    assert told["tried"] == [], "the warming forgets this"


def hold(case: Case, document: dict[str, Json]) -> None:
    """Fails where a diagnosis is none, or has wrong what it had right."""
    assert is_diagnosis(document)
    assert wire.parse(wire.line("document", document)) == {"document": document}
    assert document["verdict"] in {"faulty", "suspect", "healthy", "undetermined"}
    wrong = [aspect for aspect, right in judged(case, document).items() if not right]
    if any((case.id, aspect) not in MISSED for aspect in wrong):
        told = [(f["code"], f["location"], f["parameters"]) for f in document["findings"]]
        pytest.fail(f"{wrong}: {document['verdict']} {told}, not {case.truth}")
    if wrong:
        pytest.xfail(f"{wrong}, as measured")


def hold_printed(case: Case, document: dict[str, Json]) -> None:
    """Fails where the lines that a verified fix shows do not heal, put into the source and diagnosed again."""
    assert [one for one in printed.tried(case, document) if one.problem] == []
