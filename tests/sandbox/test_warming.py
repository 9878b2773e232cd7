"""Once a zygote is warm, no program needs anything that a child could not open, and each is told as without a jail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cases.case import cases

from whygrad.engine.observation import Json
from whygrad.sandbox.nursery import ENVIRONMENT

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told() -> dict[str, dict[str, Json]]:
    """What came of each program, by its name."""
    watched = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.watched"],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert watched.returncode == 0, watched.stderr
    lines = [json.loads(line) for line in watched.stdout.splitlines()]
    return {line["id"]: line for line in lines}


@pytest.mark.timeout(600)  # the first of them waits for all
@pytest.mark.parametrize("name", [case.id for case in cases()])
def test_a_program_is_told_in_the_jail_as_without(told: dict[str, dict[str, Json]], name: str) -> None:
    assert told[name]["stack"] == "", "a call that is not allowed was made here"
    assert told[name]["tried"] == [], "the warming forgets this"
    assert told[name]["same"]
