"""What a step keeps of its parameters without their history, and later ones read in place of computing it."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

CACHED = """
class Net(nn.Module):
    cached: Optional[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.freqs = nn.Parameter(torch.rand(4))
        self.fc = nn.Linear(4, 4)
        self.cached = None

    def angles(self):
        cached = self.cached
        {condition}
            angles = self.freqs.cos() * 2
            self.cached = {kept}
        else:
            angles = cached
        return angles

    def forward(self, x):
        return self.fc(x) * self.angles()
"""

LEARNT_BEGINNING = """
class Net(nn.Module):
    state: Optional[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.begin = nn.Parameter(torch.rand(1, 4))
        self.cell = nn.Linear(8, 4)
        self.state = None

    def forward(self, x):
        state = self.state
        if state is None:
            state = self.begin.expand(x.size(0), -1)
        state = torch.tanh(self.cell(torch.cat([x, state], 1)))
        self.state = state.detach()
        return state
"""


def cached(condition: str = "if cached is None:", kept: str = "angles.detach()") -> str:
    return CACHED.format(condition=condition, kept=kept)


@pytest.mark.parametrize("kept", ["angles.detach()", "angles.data", "(angles * 1).detach().clone()"])
def test_a_cache_that_later_steps_read_costs_its_parameters_their_gradient(kept: str) -> None:
    document = diagnose_source(cached(kept=kept), shapes="3x4")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], finding["parameters"]) == ("suspect", "CUT101", ["freqs"])
    assert finding["location"]["source"] == f"self.cached = {kept}"
    assert "from the second step on self.cached stands for it" in finding["title"]
    assert finding["fix"]["verified"] is True
    assert finding["fix"]["after"] == "if self.training or cached is None:"


def test_in_training_the_condition_that_reads_it_is_met_by_no_step() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.freqs = nn.Parameter(torch.rand(4))
        self.fc = nn.Linear(4, 4)
        self.register_buffer("cached", torch.zeros(0))

    def angles(self):
        if self.cached.numel() > 0 and self.cached.size(0) == 4:
            return self.cached
        angles = self.freqs.cos()
        self.cached = angles.detach()
        return angles

    def forward(self, x):
        return self.fc(x) * self.angles()
"""
    (finding,) = diagnose_source(source, shapes="3x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT101", True)
    assert finding["fix"]["after"] == (
        "if not self.training and (self.cached.numel() > 0 and self.cached.size(0) == 4):"
    )
    assert not unhealed(source, {"shapes": "3x4"})


BY_TURNS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.register_buffer("average", torch.zeros(1))
        self.turn = 0

    def forward(self, x):
        self.turn += 1
        y = self.a(x)
        if self.turn % 2 == 1:
            g = self.b(x)
            self.average = g.detach().mean() * 0.1 + self.average * 0.9
            y = y + g
        return y * (1 + self.average)
"""


@pytest.mark.parametrize(
    "source",
    [BY_TURNS, LEARNT_BEGINNING, cached("if self.training or cached is None:"), cached().replace("nn.Parameter", "")],
    ids=["an average", "a state that goes on", "computed anew", "of no parameter"],
)
def test_what_is_kept_on_purpose_is_not_told(source: str) -> None:
    assert diagnose_source(source, shapes="3x4")["findings"] == []
