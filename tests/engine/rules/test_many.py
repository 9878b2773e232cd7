"""Faults that are many, in programs of many operations: what is asked of each costs about what its own part does."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, observe_source, opened
from tests.engine.rules.small import net
from tests.engine.work import calls

from whygrad.engine.diagnose import diagnose
from whygrad.engine.observation import Observation
from whygrad.engine.shapes import parse_shapes

FEW, MANY = 25, 100
GROWN = 1.3 * MANY / FEW
"""How much more work many are than few where each costs the same; where each asks all the others it is far more."""

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
            x = torch.tanh(x * 0.9) * 0.5 + 0.1
        return self.last(x)
"""

BLOCKS = {
    "detached": ("CUT101", "return (x @ self.p).detach()"),
    "detached twice": ("CUT101", "return (x @ self.p).detach() + (x * self.p).detach()"),
    "detached beside": ("CUT101", "return x + (x @ self.p).detach()"),
    "without gradients": ("CUT102", "with torch.no_grad():\n            y = x @ self.p\n        return y + 1"),
    "without gradients beside": ("CUT102", "with torch.no_grad():\n            y = x @ self.p\n        return x + y"),
    "a new leaf": ("CUT107", "return (x @ self.p).detach().requires_grad_(True) + 1"),
    "chosen": ("CUT103", "return x + (x @ self.p).argmax(1, keepdim=True)"),
    "never used": ("PAR203", "return x * 0.5"),
    "saved and changed": ("IPL301", "return (x @ self.p).exp().add_(1)"),
    "changed unseen": ("IPL305", "y = (x @ self.p).exp()\n        y.data.mul_(0.5)\n        return y"),
    "laid over the features": ("SHP707", "y = x @ self.p\n        return y * x[:, 0]"),
}

TERMS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(4))
        self.c = [torch.randn(4) for _ in range({count})]

    def forward(self, x):
        h, total = x * self.w, torch.tanh(x * self.w).sum()
        for i in range({count}):
            {body}
        return {returned}
"""

TERMS_OF = {
    "terms that are detached": (
        "CUT108",
        "total = total + (h * i).detach().pow(2).mean() * 0.1",
        "total",
    ),
    "terms that are chosen": (
        "CUT108",
        "total = total + (h * i).argmax(1).float().mean()",
        "total",
    ),
    "constants": (None, "h = torch.tanh(h * self.c[i])", "h"),
    "views": (None, "total = total + h[:, i % 4].sum()", "total"),
    "writes into one memory": (None, "h.add_(1.0)", "h"),
}

CANCELLING = """\
h = x + self.p
        for _ in range({}):
            h = h + x * self.w - x * self.w
        return h"""


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """What is only paid once is paid."""
    diagnose(structure(net("return x * self.p")))


@pytest.mark.parametrize("name", BLOCKS)
def test_each_fault_costs_what_its_own_part_does(name: str) -> None:
    code, body = BLOCKS[name]
    few, many = (structure(BLOCK.format(body=body, blocks=blocks)) for blocks in (FEW, MANY))
    assert growth(few, many) < GROWN
    assert code in {d.rule.code for d in diagnose(few)}


@pytest.mark.parametrize("name", TERMS_OF)
def test_each_term_costs_what_its_own_part_does(name: str) -> None:
    code, body, returned = TERMS_OF[name]
    sources = (TERMS.format(body=body, returned=returned, count=count) for count in (FEW, MANY))
    few, many = (structure(source, export="trace 4x4") for source in sources)
    assert growth(few, many) < GROWN
    assert code is None or code in {d.rule.code for d in diagnose(few)}


def test_a_parameter_that_is_written_again_and_again_is_followed_without_end() -> None:
    writes = "; ".join(["self.w.mul_(0.9)"] * 3)
    chain = "w = self.w; " + "; ".join(["w = w.mul_(0.9)"] * 1200)
    for body in (writes, chain):
        found = diagnose(structure(net(f"{body}; return x * self.w", init="self.w = nn.Parameter(torch.ones(4))")))
        assert [d.rule.code for d in found] == ["IPL302"]


def test_what_joins_contributions_that_cancel_is_looked_for_once() -> None:
    few, many = (
        observe_source(
            net(CANCELLING.format(count), init="self.w = nn.Parameter(torch.ones(4))"), shapes="4x4", loss="mean"
        )
        for count in (FEW, MANY)
    )
    assert growth(few, many) < GROWN
    assert [(d.rule.code, d.finding.parameters) for d in diagnose(few)] == [("ZER504", ("w",))]


def growth(few: Observation, many: Observation) -> float:
    """How many times the work it is to diagnose the one program than the other."""
    less = calls(lambda: diagnose(few))
    return calls(lambda: diagnose(many)) / less


def structure(source: str, **example: str) -> Observation:
    """What the pass without numbers sees."""
    observer = opened(build(source, example), {"inputs": parse_shapes("4x4")})
    observer.structure()
    return observer.observation
