"""What one line does wrong is one finding, however many operands or layers it does it for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.engine.programs import build, diagnose_source, request_of

from whygrad.engine import catalogue
from whygrad.engine.examine import examine
from whygrad.engine.finding import Finding
from whygrad.engine.observation import Json, Observation

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(5, 4), nn.Linear(5, 4), nn.Linear(8, 4)
        self.d, self.e = nn.Linear(5, 1), nn.Linear(5, 1)

    def forward(self, x, y):
        p, q = self.a(x), self.b(x)
"""

LINES = {
    "ZER501 of names": ("h = torch.sign(p) * torch.sign(q)",
                        "h = (p + (torch.sign(p) - p).detach()) * (q + (torch.sign(q) - q).detach())"),
    "ZER501 of calls": ("h = torch.round(self.a(x)) + torch.round(self.b(x))", None),
    "CUT101": ("h = self.c(torch.cat([p.detach(), q.detach()], 1))", "h = self.c(torch.cat([p, q], 1))"),
    "CUT104": ("h = p.long().float() + q.int().float()", "h = p.float() + q.float()"),
    "CUT103": ("h = y + p.argmax(1).float().sum() * self.e(x) + q.argmax(1).float().sum()", None),
    "ZER503": ("h = p * torch.softmax(self.d(x), 1) + q * torch.softmax(self.e(x), 1)", None),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_one_line_is_one_finding_and_its_fix_heals_all(name: str) -> None:
    line, after = LINES[name]
    source = f"{NET}        {line}\n        return F.mse_loss(h, y)\n"
    document = diagnose_source(source, shapes="6x5; 6x4", loss="output")
    (found,) = [f for f in document["findings"] if f["code"] == name[:6]]
    assert found["title"].endswith("(the first of 2 alike)")
    assert [r["location"]["source"] for r in found["related"]] == [line]
    assert len(found["parameters"]) == 4
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


def test_lines_to_be_changed_in_other_ways_are_told_apart() -> None:
    line = "h = torch.clamp(p + 9, 0, 1) + torch.clamp(q - 9, 0, 1)"
    source = f"{NET}        {line}\n        return F.mse_loss(h, y)\n"
    found = diagnose_source(source, shapes="6x5; 6x4", loss="output")["findings"]
    assert [f["parameters"][0] for f in found if f["code"] == "ZER502"] == ["a.weight", "b.weight"]


def test_a_step_of_every_layer_is_one_finding() -> None:
    source = (
        "class Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear(4, 4)\n\n    def forward(self, x):\n        return x + torch.sign(self.fc(x))\n"
        "\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.blocks = nn.ModuleList([Block() for _ in range(3)])\n        self.fc = nn.Linear(4, 4)\n"
        "\n    def forward(self, x):\n        x = self.fc(x)\n        for block in self.blocks:\n"
        "            x = block(x)\n        return x\n"
    )
    (found,) = diagnose_source(source, shapes="6x4")["findings"]
    assert (found["code"], len(found["parameters"]), found["fix"]["verified"]) == ("ZER501", 6, True)
    assert found["fix"]["after"] == "soft = self.fc(x)\nreturn x + (soft + (torch.sign(soft) - soft).detach())"


CUT = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x):
        return self.b(self.a(x).detach())
"""


def test_a_rule_that_raises_costs_its_own_findings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it raised is raised in the end: the service logs it, and tells RUN003 beside what was found."""

    def raising(observation: Observation) -> Iterator[Finding]:
        raise IndexError(f"of {len(observation.nodes)} nodes")
        yield

    every = [replace(r, check=raising) if r.code == "SHP713" else r for r in catalogue.rules()]
    monkeypatch.setattr(catalogue, "rules", lambda: tuple(every))
    told: list[dict[str, Json]] = []
    example = {"shapes": "2x4", "loss": "mean"}
    with pytest.raises(IndexError):
        examine(build(CUT, example), request_of(example), emit=told.append)
    (finding,) = told[-1]["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT101", None)
