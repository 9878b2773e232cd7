from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whygrad.jobs import examination
from whygrad.jobs.wellformed import is_diagnosis
from whygrad.sandbox import Limits

INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}

ENDLESS = """
y = self.linear(x)
while True:
    y = y + 1
return y
"""
GREEDY = "return self.linear(x) + torch.ones(1 << 36).sum()"
CRASHING = """
smallest = -9223372036854775807 - 1
return self.linear(x) * (smallest // (1 - x.dim()))
"""


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return tmp_path / "model.pt"


def examine(upload: Path, seconds: float = 20) -> dict[str, Any]:
    document = examination.examine(upload, {"inputs": [INPUT]}, limits=Limits(seconds, 2**30))
    assert is_diagnosis(document)
    return document


def test_a_program_is_examined_and_described(upload: Path, healthy: bytes) -> None:
    upload.write_bytes(healthy)
    document = examine(upload)
    assert document["verdict"] == "healthy"
    assert document["environment"]["isolation"]["seccomp"] is True
    assert examination.describe(upload, limits=Limits(20, 2**30))["methods"][0]["name"] == "forward"


@pytest.mark.parametrize(
    ("body", "code", "source"),
    [(ENDLESS, "RUN001", "y = y + 1"), (GREEDY, "RUN002", GREEDY), (CRASHING, "RUN003", None)],
)
def test_an_ending_is_a_finding_with_its_place(
    upload: Path, program: Callable[[str], bytes], body: str, code: str, source: str | None
) -> None:
    upload.write_bytes(program(body))
    document = examine(upload, seconds=2)
    (finding,) = document["findings"]
    assert document["environment"]["isolation"]["seccomp"] is True
    assert (document["verdict"], finding["code"]) == ("undetermined", code)
    assert source is None or finding["location"]["source"] == source


def test_a_file_that_cannot_be_described_says_so(upload: Path, endless: bytes) -> None:
    upload.write_bytes(endless)
    assert "did not come to an end" in examination.describe(upload, limits=Limits(0.001, 2**30))["problem"]
