"""Of several cuts on the ways of a parameter the one is told that nobody would mean."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 5))
        self.d = nn.Sequential(nn.Linear(5, 8), nn.Softplus(), nn.Linear(8, 1))

    def forward(self, x, z):
        fake = self.g(z)
"""
REAL = "real = F.softplus(-self.d(x)).mean()\n"

TOLD = {
    "a generator behind its discriminator's own term": (
        REAL + "critic = real + F.softplus(self.d(fake.detach())).mean()\n"
        "generator = F.softplus(-self.d(fake.detach())).mean()\nreturn critic + generator",
        "generator = F.softplus(-self.d(fake)).mean()",
    ),
    "a term that is detached as a whole": (
        REAL + "critic = real + F.softplus(self.d(fake.detach())).mean()\n"
        "generator = -self.d(fake).mean().detach()\nreturn critic + generator",
        "generator = -self.d(fake).mean()",
    ),
    "a term that is detached as a whole, before the other": (
        REAL + "generator = -self.d(fake).mean().detach()\n"
        "critic = real + F.softplus(self.d(fake.detach())).mean()\nreturn critic + generator",
        "generator = -self.d(fake).mean()",
    ),
    "an action, its value, and a target of both": (
        "value = self.d(x + fake.detach())\nwith torch.no_grad():\n    target = z[:, :1] + 0.9 * self.d(x + fake)\n"
        "actor = -self.d(x - fake.detach()).mean()\nreturn F.mse_loss(value, target) + actor",
        "actor = -self.d(x - fake).mean()",
    ),
    "two layers that learn from the same": (
        "h = self.d[0](fake.detach())\nreturn (h.mean() + self.d[2](self.d[0](x)).mean()) * fake.detach().mean()",
        "h = self.d[0](fake)",
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_the_cut_that_nobody_means_is_told_and_healed(name: str) -> None:
    body, after = TOLD[name]
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    found = diagnose_source(NET + lines, shapes="6x5; 6x4", loss="output")["findings"]
    (cut,) = [f for f in found if f["code"] == "CUT101"]
    assert (cut["fix"]["after"], cut["fix"]["verified"]) == (after, True)
    assert cut["related"]
    assert {name.partition(".")[0] for name in cut["parameters"]} == {"g"}


SHARED = """\
class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 5)

    def forward(self, x):
        h = torch.tanh(self.fc(x))
        {0}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = Encoder(), nn.Linear(5, 4)

    def forward(self, a, p, n):
        a, p, n = self.encoder(a), self.encoder(p), self.encoder(n)
        return F.triplet_margin_loss(self.head(a), self.head(p), self.head(n))
"""


@pytest.mark.parametrize(
    ("line", "code"),
    [("return F.normalize(h.detach(), dim=-1)", "CUT101"), ("with torch.no_grad(): h = h * 2; return h", "CUT102")],
)
def test_what_a_line_cuts_in_every_call_of_its_module_is_mended_in_all(line: str, code: str) -> None:
    lines = line.replace(": ", ":\n            ").replace("; ", "\n        ")
    (found,) = diagnose_source(SHARED.replace("{0}", lines), shapes="6x5; 6x5; 6x5", loss="output")["findings"]
    assert found["code"] == code
    assert found["title"].endswith("(the first of 3 alike)")
    assert [r["label"] for r in found["related"]][-2:] == ["here too", "here too"]
    assert not [r for r in found["related"] if r["label"] == "also cut here"]
    assert found["fix"]["verified"]


GATED = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask = nn.Linear(4, 6)
        self.grid = nn.Linear(4, 6)
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        grid = self.grid(x)
        return self.head((grid * (self.mask(x).sigmoid() >= 0.5)).detach())
"""


def test_a_cut_around_another_is_told_first_as_opening_the_inner_one_brings_nothing() -> None:
    outer, inner = diagnose_source(GATED, shapes="5x4")["findings"][:2]
    assert [outer["code"], inner["code"]] == ["CUT101", "CUT103"]
    assert set(outer["parameters"]) >= {"grid.weight", "grid.bias"}
