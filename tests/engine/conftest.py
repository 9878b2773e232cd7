"""The fixes of the programs that are diagnosed here are held to the lines that they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cases.healing import Healing

HERE = Path(__file__).parent
HELD = (HERE / "rules", HERE / "proofs", HERE / "test_rules.py")
"""Where the programs are small, faulty and many: what proposes the fixes, and what proves them."""


@pytest.fixture(scope="session")
def healing() -> Healing:
    """What is tried of all that this process diagnoses."""
    return Healing()


@pytest.fixture(autouse=True)
def healed(healing: Healing, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails where the lines of a verified fix, put into a program that a test has diagnosed, do not heal it."""
    if not any(map(request.path.is_relative_to, HELD)):
        yield
        return
    with healing.listening():
        yield
    assert [one for one in healing.tried() if one.problem] == []
