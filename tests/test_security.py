"""SECURITY.md says of each layer what the code says, and names tests that are there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from whygrad.sandbox.checkup import IN_FORCE
from whygrad.sandbox.task import Isolation

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text()


def test_its_layers_are_those_that_the_jail_tells() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", TEXT, re.MULTILINE))
    assert rows == IN_FORCE
    assert set(rows) == {field.name for field in fields(Isolation)}


def test_the_tests_that_it_names_are_there() -> None:
    assert [name for name in re.findall(r"`(?:tests/sandbox/)?(test_\w+\.py)`", TEXT) if not _is_there(name)] == []


def test_the_readme_leads_to_it() -> None:
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text()


def _is_there(name: str) -> bool:
    return (ROOT / "tests" / "sandbox" / name).exists()
