from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.engine.programs import build

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


def examine(upload: Path, seconds: float = 20, inputs: Sequence[object] = (INPUT,)) -> dict[str, Any]:
    document = examination.examine(upload, {"inputs": list(inputs)}, limits=Limits(seconds, 2**30))
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


MANY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.used = nn.Linear(4, 1)
        self.unused = nn.ModuleList([nn.Linear(1, 1) for _ in range(300)])

    def forward(self, x):
        return self.used(x)
"""


def examined_of_many(upload: Path, most: int) -> dict[str, Any]:
    """The diagnosis of a program with many parameters, where it may have as many bytes."""
    upload.write_bytes(build(MANY))
    request = {"inputs": [INPUT], "verify": False}
    return examination.examine(upload, request, limits=Limits(20, 2**30, document_bytes=most))


def test_a_diagnosis_that_is_too_long_is_cut_and_says_how_much_there_was(upload: Path) -> None:
    document = examined_of_many(upload, 64 * 1024)
    assert is_diagnosis(document)
    assert document["verdict"] == "suspect"
    assert len(json.dumps(document)) < 70_000
    for owner, lists in ((document, ("parameters", "modules")), (document["findings"][0], ("parameters",))):
        for name in lists:
            assert 0 < len(owner[name]) < owner[f"{name}_total"]
    assert document["parameters_total"] == 602


def test_what_cannot_be_cut_to_fit_is_told(upload: Path) -> None:
    document = examined_of_many(upload, 500)
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"]) == ("undetermined", "RUN003")
    told = r"what the process told of the program cannot be taken in the (structure|numeric) pass"
    assert re.match(told, finding["title"])  # the process goes on while what it sent is read


HANGS_WHEN_MENDED = """
h = self.linear(x).detach()
while h.requires_grad:
    h = h + 1
return (h * self.linear.bias).sum()
"""
HANGS_AS_TORCH_RUNS_IT = """
with torch.no_grad():
    scale = torch.tanh(self.linear.weight)
same = torch.tanh(self.linear.weight)
while not same.requires_grad:
    same = same + 1
return self.linear(x) * (same / scale).sum()
"""


def test_a_fix_that_never_ends_leaves_what_was_found(upload: Path, program: Callable[[str], bytes]) -> None:
    upload.write_bytes(program(HANGS_WHEN_MENDED))
    document = examine(upload, seconds=3)
    found = {finding["code"]: finding for finding in document["findings"]}
    assert set(found) == {"CUT101", "RUN001"}
    title, _, op = found["RUN001"]["title"].rpartition(", at ")
    assert title.startswith("the run was ended after 3")
    assert title.endswith(" while a fix was tried")
    assert op in ("aten::add", "prim::requires_grad"), "one of the two that the loop has"
    assert found["CUT101"]["fix"]["verified"] is None
    assert [done["name"] for done in document["passes"] if done["ran"]] == ["structure", "numeric", "replay"]


def test_a_replay_that_never_ends_leaves_what_was_found(upload: Path, program: Callable[[str], bytes]) -> None:
    upload.write_bytes(program(HANGS_AS_TORCH_RUNS_IT))
    document = examine(upload, seconds=3)
    (finding,) = document["findings"]
    assert (finding["code"], document["verdict"]) == ("RUN001", "undetermined")
    assert finding["title"].endswith(" in the replay pass")
    assert [(done["name"], done["ran"]) for done in document["passes"]] == [
        ("structure", True),
        ("numeric", True),
        ("replay", False),
    ]


def test_inputs_that_take_more_than_a_run_may_have_are_not_made(upload: Path, healthy: bytes) -> None:
    upload.write_bytes(healthy)
    document = examine(upload, inputs=[{"shape": [2**30, 4], "dtype": "float32"}])
    (finding,) = document["findings"]
    assert finding["code"] == "RUN002"
    assert finding["title"].endswith(" in the numeric pass")
    assert [done["name"] for done in document["passes"] if done["ran"]] == ["structure"]


def test_a_file_that_cannot_be_described_says_so(upload: Path, endless: bytes) -> None:
    upload.write_bytes(endless)
    assert "did not come to an end" in examination.describe(upload, limits=Limits(0.001, 2**30))["problem"]
