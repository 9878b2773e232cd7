"""Statistics of a tensor held against it, and sums that are the same whatever goes in."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

SPREAD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(5, 7)

    def forward(self, x):
        h = self.net(x)
        centre = CENTRE
        return ((HELD) ** 2).mean()
"""

SHARES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scores = nn.Linear(5, 4)
        self.net = nn.Linear(5, 3)

    def forward(self, x):
        attention = self.scores(x).softmax(-1)
        total = TOTAL
        return (self.net(x) ** 2).mean() + ((total - total.mean()) ** 2).mean()
"""


def spread(centre: str, held: str = "h - centre") -> str:
    return SPREAD.replace("CENTRE", centre).replace("HELD", held)


@pytest.mark.parametrize(
    ("centre", "held"),
    [("h.mean(1).view(-1, 1, 1)", "h - centre"), ("h.amax(0).view(7, 1, 1)", "h / (centre + 9)")],
)
def test_a_statistic_that_makes_more_of_a_tensor_lies_across_it(centre: str, held: str) -> None:
    source = spread(centre, held)
    document = diagnose_source(source, shapes="4x5")
    (finding,) = document["findings"]
    assert (document["verdict"], finding["code"], finding["fix"]["verified"]) == ("suspect", "SHP707", True)
    assert not unhealed(source, {"shapes": "4x5"})


@pytest.mark.parametrize(
    ("centre", "held"),
    [
        ("h.mean(1, keepdim=True)", "h - centre"),
        ("h.mean(0)", "h - centre"),
        ("h.mean()", "h - centre"),
        ("h.view(2, 2, 7).mean(1)", "h.unsqueeze(1) - centre"),  # each against the mean of each class
        ("h", "h.unsqueeze(1) - centre"),
    ],
)
def test_a_statistic_in_its_place_and_pairs_are_meant(centre: str, held: str) -> None:
    assert diagnose_source(spread(centre, held), shapes="4x5")["verdict"] == "healthy"


@pytest.mark.parametrize("total", ["attention.sum(-1)", "attention.sum(dim=-1, keepdim=True) * 2", "attention.mean(1)"])
def test_the_sum_of_all_shares_is_the_same_whatever_they_are(total: str) -> None:
    document = diagnose_source(SHARES.replace("TOTAL", total), shapes="6x5")
    (finding,) = document["findings"]
    assert (finding["code"], finding["parameters"]) == ("ZER504", ["scores.weight", "scores.bias"])
    assert finding["location"]["op"] == "aten::softmax"
    assert finding["fix"]["verified"] is True


@pytest.mark.parametrize("total", ["attention.sum(0)", "attention[:, 1:].sum(-1)", "attention.square().sum(-1)"])
def test_other_sums_of_shares_tell_of_them(total: str) -> None:
    assert diagnose_source(SHARES.replace("TOTAL", total), shapes="6x5")["verdict"] == "healthy"
