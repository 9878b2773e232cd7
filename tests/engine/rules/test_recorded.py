"""Numbers that a trace holds in place of a learnt one: which function of it, and what is somebody else's number."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

TRACED = """
import math


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(5, 4)
        self.scale = nn.Parameter(torch.tensor(0.37))

    def forward(self, x):
        return self.net(x) * TAKEN
"""


def told(taken: str) -> list[tuple[str, list[str], object]]:
    source = TRACED.replace("TAKEN", f"({taken})")
    findings = diagnose_source(source, shapes="3x5", export="trace 3x5")["findings"]
    return [(f["code"], f["parameters"], f["fix"]["verified"]) for f in findings]


@pytest.mark.parametrize(
    "taken",
    [
        "float(self.scale)",
        "self.scale.exp().item()",
        "math.exp(-float(self.scale))",
        "2 * float(self.scale.sigmoid())",
        "math.tan(float(self.scale) / 2)",
        "1 / float(self.scale) ** 2",
        "torch.tensor([float(F.softplus(self.scale))])",
    ],
)
def test_a_number_of_a_learnt_one_is_told_and_computed_again(taken: str) -> None:
    assert told(taken) == [("CUT106", ["scale"], True)]


@pytest.mark.parametrize("taken", ["math.sqrt(7)", "math.pi", "0.25", "3"])
def test_other_numbers_are_of_nobody(taken: str) -> None:
    assert told(taken) == [("PAR203", ["scale"], None)]


def test_of_two_numbers_each_has_its_own_and_of_two_alike_neither() -> None:
    source = TRACED.replace("TAKEN", "float(self.scale) + self.net(x) * float(self.other)")
    for other, wanted in ((0.74, [["scale"], ["other"]]), (0.37, [["scale", "other"]])):
        text = source.replace("0.37))", f"0.37))\n        self.other = nn.Parameter(torch.tensor({other}))")
        findings = diagnose_source(text, shapes="3x5", export="trace 3x5")["findings"]
        told = {name for f in findings if f["code"] == "CUT106" for name in f["parameters"]}
        assert told == {name for names in wanted for name in names}
        assert [f["code"] for f in findings if f["code"] == "PAR203"] == []
