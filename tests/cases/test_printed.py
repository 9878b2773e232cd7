"""The lines that a verified fix shows heal as the edit did that was run: put into the source, and diagnosed again.

Here the examples of the rules and the programs of their tests; the cases are held to it where they are diagnosed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cases.printed import trials, unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.catalogue import rules
from whygrad.engine.rule import Rule

ROOT = Path(__file__).parents[2]
FEWEST = 250
"""Fixes that are shown as lines in the programs of the rules' tests, at the least."""


def told_by_lines() -> list[Rule]:
    """The rules whose example is scripted: only such a program holds its own lines."""
    return [
        rule
        for rule in rules()
        if rule.family != "RUN" and rule.documentation.example.request.get("export", "script") == "script"
    ]


@pytest.mark.parametrize("rule", told_by_lines(), ids=lambda rule: rule.code)
def test_the_lines_of_a_fix_heal_the_example_of_its_rule(rule: Rule) -> None:
    example = rule.documentation.example
    assert unhealed(example.bad, example.request) == []


@pytest.mark.timeout(1800)
def test_the_lines_of_a_fix_heal_the_programs_that_its_tests_diagnose(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    plugin = ["-p", "tests.cases.healing", "--healed", str(told), "-p", "no:cacheprovider"]
    run = [sys.executable, "-m", "pytest", "-q", *plugin, "tests/engine/rules", "tests/engine/proofs"]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-2000:]
    healed = json.loads(told.read_text())
    assert healed["unhealed"] == []
    assert len(healed["tried"]) >= FEWEST


def test_a_fault_stays_that_moved_down_with_its_line() -> None:
    source = net("y = self.a(x); y[:, 4:] = y[:, 4:] * self.p", "self.a = nn.Linear(6, 6)") + "        return y\n"
    document = diagnose_source(source, shapes="4x6", loss="mean")
    document["findings"][0]["fix"]["after"] = "y = y.clone()\ny[:, 4:] = y[:, 4:] * self.p"
    (printed,) = trials(document, source, lambda text: diagnose_source(text, shapes="4x6", loss="mean"))
    assert (printed.fault, printed.problem) == ("IPL301", "the fault stays")
