"""What each sample has of its own laid over heads, and maps laid over their like: it fits where two sizes agree."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source

ATTENTION = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 3)
        self.slopes = torch.ones(HEADS, 1, 1) / 8

    def forward(self, x, lengths):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, HEADS, d // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        steps = torch.arange(n)
        hidden = (steps >= lengths.unsqueeze(1)).unsqueeze(1).expand(b, n, n)
        scores = q @ k.transpose(-2, -1)
        MASKED
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, d))
"""

LENGTHS = "2x5x8; 2:int64[1,5)"

MAPS = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, x, weights):
        made = self.net(x).permute(0, 2, 3, 1)
        RETURNED
"""


def attention(masked: str, heads: int = 2) -> str:
    return ATTENTION.replace("MASKED", masked).replace("HEADS", str(heads))


@pytest.mark.parametrize(
    ("masked", "op", "after"),
    [
        ("scores = scores.masked_fill(hidden, -1e4)", "masked_fill", "scores.masked_fill(hidden[:, None], -1e4)"),
        ("scores = scores - 1e4 * hidden.float()", "sub", "scores - (1e4 * hidden.float())[:, None]"),
        (
            "scores = torch.where(hidden, torch.full_like(scores, -1e4), scores)",
            "where",
            "torch.where(hidden[:, None], torch.full_like(scores, -1e4), scores)",
        ),
    ],
)
def test_a_mask_of_samples_over_heads(masked: str, op: str, after: str) -> None:
    (finding,) = diagnose_source(attention(masked), shapes=LENGTHS)["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP707", f"aten::{op}")
    assert "the 2 samples of" in finding["title"]
    assert "lie along dimension 1 of" in finding["title"]
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, f"scores = {after}")
    assert not unhealed(attention(masked), {"shapes": LENGTHS})


@pytest.mark.parametrize(
    "masked",
    [
        "scores = scores.masked_fill(hidden[:, None], -1e4)",
        "scores = scores + self.slopes * -(steps - steps.unsqueeze(1)).abs().float()",
    ],
)
def test_what_belongs_to_the_heads_is_left_alone(masked: str) -> None:
    assert diagnose_source(attention(masked), shapes=LENGTHS)["findings"] == []


@pytest.mark.parametrize(
    ("returned", "after"),
    [
        (
            "return (made * weights).sum()",
            "return (made.squeeze(3) * weights).sum()",
        ),
        ("return F.mse_loss(made, weights)", "return F.mse_loss(made.squeeze(3), weights)"),
    ],
)
def test_maps_with_an_axis_behind_them(returned: str, after: str) -> None:
    source = MAPS.replace("RETURNED", returned)
    (finding,) = diagnose_source(source, shapes="1x1x6x6; 1x6x6", loss="output")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("SHP707", True, after)
    assert "each of 6 places meets every other (1x6x6x6)" in finding["title"]


@pytest.mark.parametrize(
    "returned",
    ["return (made * weights.unsqueeze(-1)).sum()", "return (made.squeeze(-1) * weights).sum()"],
)
def test_maps_of_one_shape_are_left_alone(returned: str) -> None:
    source = MAPS.replace("RETURNED", returned)
    assert diagnose_source(source, shapes="1x1x6x6; 1x6x6", loss="output")["findings"] == []


def test_logarithms_of_parts_are_summed_up_where_each_sample_has_one() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.critic, self.mean = nn.Linear(4, 1), nn.Linear(4, 3).requires_grad_(False)

    def forward(self, state, action, reward):
        log_prob = -0.5 * (action - self.mean(state)).pow(2) - torch.log(1.001 - action.tanh().pow(2))
        target = reward + 0.9 * (self.critic(state).detach() - 0.2 * log_prob)
        return F.mse_loss(self.critic(state), target)
"""
    document = diagnose_source(source, shapes="5x4; 5x3; 5x1", loss="output")
    first = document["findings"][0]
    assert (first["code"], first["fix"]["verified"]) == ("SHP707", True)
    assert first["fix"]["after"] == (
        "target = reward + 0.9 * (self.critic(state).detach() - (0.2 * log_prob).sum(-1, keepdim=True))"
    )
