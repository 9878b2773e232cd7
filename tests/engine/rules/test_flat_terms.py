"""Terms of the loss that a step function makes flat, beside terms that train."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

TWO_TERMS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 3))

    def forward(self, x, y):
        out = self.net(x)
        term = TERM
        return ((out - y) ** 4).mean() + 0.1 * term
"""


def two(term: str) -> str:
    return TWO_TERMS.replace("TERM", term)


@pytest.mark.parametrize(
    "term", ["(out.sign() - y.sign()).pow(2).mean()", "(torch.round(out) - y).abs().mean()", "out.floor().sum() / 12"]
)
def test_a_term_behind_a_step_trains_nothing(term: str) -> None:
    source = two(term)
    document = diagnose_source(source, shapes="4x5; 4x3")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"]) == ("suspect", "ZER501")
    assert finding["parameters"] == ["net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias"]
    assert finding["fix"]["verified"] is True
    assert not unhealed(source, {"shapes": "4x5; 4x3"})


@pytest.mark.parametrize(
    "term",
    [
        "(out + (out.sign() - out).detach() - y.sign()).pow(2).mean()",  # straight through
        "(out * out.sign()).mean()",  # the absolute value
        "(out - y.sign()).pow(2).mean()",  # of what is given
        "out.detach().round().mean()",  # a term that is only shown weighs as much
        "0.0 * out.sign().mean()",
    ],
)
def test_what_has_another_way_or_no_weight_is_no_flat_term(term: str) -> None:
    document = diagnose_source(two(term), shapes="4x5; 4x3")
    assert "ZER501" not in [finding["code"] for finding in document["findings"]]
