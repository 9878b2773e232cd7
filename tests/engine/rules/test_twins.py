"""Two sides of a loss that are computed alike, of the same tensors: what they train gets a gradient of zero."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

SOURCE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(RATE))
        self.judged, self.held = nn.Linear(8, 3), nn.Linear(8, 4)

    def forward(self, x, y):
        h = self.trunk(x)
        p, q = self.held(h), self.held(self.trunk(OTHER))
        return F.mse_loss(self.judged(h), y) + MEASURED
"""
MEASURES = {
    "mse": "F.mse_loss(p, q)",
    "by hand": "((p - q) ** 2).mean()",
    "distances": "(p - q).abs().mean()",
    "detached": "F.smooth_l1_loss(p, q.detach())",
    "a norm": "torch.norm(p - q)",
}


def told(measured: str, other: str = "x.clone()", rate: float = 0.0) -> dict[str, object]:
    """The diagnosis of the program with such a term, of such another view."""
    source = SOURCE.replace("MEASURED", measured).replace("OTHER", other).replace("RATE", str(rate))
    return diagnose_source(source, shapes="4x6; 4x3", loss="output")


@pytest.mark.parametrize("measured", MEASURES.values(), ids=MEASURES)
def test_it_is_told_where_they_are_held_against_each_other(measured: str) -> None:
    (finding,) = told(measured)["findings"]
    assert (finding["code"], finding["parameters"]) == ("ZER504", ["held.weight", "held.bias"])
    assert "holds it against itself" in finding["title"]
    assert finding["fix"]["verified"] is True


def test_a_dropout_that_drops_nothing_in_this_mode_would_part_them() -> None:
    source = SOURCE.replace("MEASURED", MEASURES["mse"]).replace("OTHER", "x").replace("RATE", "0.5")
    assert diagnose_source(source, shapes="4x6; 4x3", loss="output", mode="eval")["verdict"] == "healthy"


@pytest.mark.parametrize(("other", "rate"), [("x.flip(1)", 0.0), ("x + torch.randn_like(x)", 0.0), ("x", 0.5)])
def test_two_views_that_differ_are_healthy(other: str, rate: float) -> None:
    assert told(MEASURES["mse"], other, rate)["verdict"] == "healthy"
