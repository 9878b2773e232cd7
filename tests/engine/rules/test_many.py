"""Faults that are many, in programs of many operations: what is asked of each costs about what its own part does."""

from __future__ import annotations

import time

import pytest
from tests.engine.programs import build, observe_source, opened
from tests.engine.rules.small import net

from whygrad.engine.diagnose import diagnose
from whygrad.engine.observation import Observation
from whygrad.engine.shapes import parse_shapes

SECONDS = 10.0
"""Far more than it takes where only what belongs to each fault is looked at."""

BLOCK = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.randn(4, 4))

    def forward(self, x):
        {body}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range({blocks})])
        self.last = nn.Linear(4, 4)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
            {steps}
        return self.last(x)
"""

FAULTS = {
    "CUT101": ("return (x @ self.p).detach() + (x * self.p).detach()", "return (x @ self.p).detach()"),
    "CUT102": ("with torch.no_grad():\n            y = x @ self.p\n        return y + 1",),
    "CUT107": ("return (x @ self.p).detach().requires_grad_(True) + 1",),
    "PAR203": ("return x * 0.5",),
}


@pytest.mark.parametrize(("code", "body"), [(code, body) for code in FAULTS for body in FAULTS[code]])
def test_each_fault_costs_what_its_own_part_does(code: str, body: str) -> None:
    steps = "\n            ".join(["x = torch.tanh(x * 0.9) * 0.5 + 0.1"] * 4)
    seen = structure(BLOCK.format(body=body, blocks=150, steps=steps))
    began = time.process_time()
    found = diagnose(seen)
    assert time.process_time() - began < SECONDS
    assert code in {d.rule.code for d in found}


def test_a_parameter_that_is_written_again_and_again_is_followed_without_end() -> None:
    writes = "; ".join(["self.w.mul_(0.9)"] * 3)
    chain = "w = self.w; " + "; ".join(["w = w.mul_(0.9)"] * 1200)
    for body in (writes, chain):
        found = diagnose(structure(net(f"{body}; return x * self.w", init="self.w = nn.Parameter(torch.ones(4))")))
        assert [d.rule.code for d in found] == ["IPL302"]


def test_what_joins_contributions_that_cancel_is_looked_for_once() -> None:
    source = net(
        "h = x + self.p\n        for _ in range(1000):\n            h = h + x * self.w - x * self.w\n        return h",
        init="self.w = nn.Parameter(torch.ones(4))",
    )
    seen = observe_source(source, shapes="4x4", loss="mean")
    began = time.process_time()
    found = diagnose(seen)
    assert time.process_time() - began < SECONDS
    assert [(d.rule.code, d.finding.parameters) for d in found] == [("ZER504", ("w",))]


def structure(source: str) -> Observation:
    """What the pass without numbers sees."""
    observer = opened(build(source), {"inputs": parse_shapes("4x4")})
    observer.structure()
    return observer.observation
