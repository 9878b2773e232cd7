"""Pairs of two learned rows are told where nobody can mean them, and left alone where somebody may."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

from whygrad.engine.observation import Json

NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))
        self.b = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))
        self.policy = nn.Linear(5, 3)

    def forward(self, x, y, r):
        column, row = self.a(x), self.b(y).squeeze(-1)
        logits = self.policy(x)
        log_p = F.log_softmax(logits, -1).gather(1, logits.argmax(1, keepdim=True)).squeeze(1)
"""

MISTAKEN = {
    "the square of an error": ("return ((row - column) ** 2).mean()", "return ((row - column.squeeze(1)) ** 2).mean()"),
    "the size of an error": ("return (row - column).abs().sum()", "return (row - column.squeeze(1)).abs().sum()"),
    "the norm of an error": ("return torch.norm(column - row)", "return torch.norm(column.squeeze(1) - row)"),
    "an error times itself": ("d = column - row\nreturn (d * d).mean()", "d = column.squeeze(1) - row"),
    "small errors squared, large ones not": (
        "d = row - column\ne = d.abs()\nreturn torch.where(e < 1.0, 0.5 * d ** 2, e - 0.5).mean()",
        "d = row - column.squeeze(1)",
    ),
    "sums of one axis after the other": (
        "return ((row - column) ** 2).mean(0).sum()",
        "return ((row - column.squeeze(1)) ** 2).mean(0).sum()",
    ),
    "a target made by a model": (
        "with torch.no_grad():\n    t = r + 0.9 * self.b(y).squeeze(-1)\nreturn 0.5 * (t - column).pow(2).mean()",
        "return 0.5 * (t - column.squeeze(1)).pow(2).mean()",
    ),
    "an advantage that weighs and is learned": (
        "adv = (r + 0.9 * row.detach()) - column\nreturn -(log_p * adv.detach()).mean() + adv.pow(2).mean()",
        "adv = (r + 0.9 * row.detach()) - column.squeeze(1)",
    ),
    "log-probabilities times advantages": (
        "return -(log_p * column.detach()).mean()",
        "return -(log_p * column.detach().squeeze(1)).mean()",
    ),
    "an error over a variance": (
        "return (0.5 * (r - row) ** 2 / column.exp()).mean()",
        "return (0.5 * (r - row) ** 2 / column.exp().squeeze(1)).mean()",
    ),
    "a sum that a row of targets is held against": (
        "q = row + column\nreturn F.mse_loss(q, r)",
        "q = row + column.squeeze(1)",
    ),
}

MEANT = {
    "transposed": "return ((column - self.b(y).t()) ** 2).mean()",
    "an axis put in": "return ((column - row.unsqueeze(0)) ** 2).mean()",
    "ranked": "return F.softplus(-(column - row)).mean()",
    "those of which another tells": (
        "d = row - column\nreturn torch.where(r.unsqueeze(1) < r, d ** 2, d.abs()).mean()"
    ),
    "those that lie close": ("d = (row - column) ** 2\nreturn torch.where(d < 1.0, 1 - d, torch.zeros_like(d)).sum()"),
    "those that lie close, counted": "d = (row - column).abs()\nreturn (d * (d < 1.0)).sum() / (d < 1.0).sum()",
    "a margin squared": "return (1 - (column - row)).pow(2).mean()",
    "a kernel": "return torch.exp(-(column - row) ** 2).mean()",
    "read by a product": "return ((column * row) @ self.policy(x)).pow(2).mean()",
    "masked": "return ((column - row).pow(2) * (r[:, None] > r)).sum()",
    "targets of pairs": "return F.mse_loss(column - row, r[:, None] - r)",
    "nothing but a difference of means": "return (column - row).mean()",
    "held against themselves, too": (
        "own = (column - column.squeeze(-1)).abs().mean()\nreturn 2 * (column - row).abs().mean() - own"
    ),
}


@pytest.mark.parametrize("name", MISTAKEN)
def test_pairs_that_are_only_summed_up_are_told_and_the_fix_heals(name: str) -> None:
    body, line = MISTAKEN[name]
    (found,) = stretched(body)
    assert (found["fix"]["after"], found["fix"]["verified"]) == (line, True)


@pytest.mark.parametrize("name", MEANT)
def test_pairs_that_may_be_meant_are_left_alone(name: str) -> None:
    assert not stretched(MEANT[name])


def stretched(body: str) -> list[dict[str, Json]]:
    """What is said of silent stretching in a body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    document = diagnose_source(NET + lines, shapes="6x5; 6x5; 6", loss="output")
    return [f for f in document["findings"] if f["code"] == "SHP707"]
