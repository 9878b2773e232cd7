"""Masks that lie along the queries of attention: a softmax over the keys does not see them."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

SOURCE = """
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

    def forward(self, h, mask: torch.Tensor):
        b, t, d = h.shape
        q = self.q(h).view(b, t, 4, 4).transpose(1, 2)
        k = self.k(h).view(b, t, 4, 4).transpose(1, 2)
        v = self.v(h).view(b, t, 4, 4).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / 2.0
        HIDDEN
        return (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(b, t, 16)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.first, self.second = Attention(), Attention()
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        mask = MASK
        h = self.embed(x)
        h = h + self.first(h, mask)
        h = h + self.second(h, mask)
        return self.head(h.mean(1))
"""
SENT = "4x9:int64[0,20)"
FILLED = "scores = scores.masked_fill(mask == 0, -1e9)"


def told(mask: str, hidden: str = FILLED, **example: str) -> dict[str, object]:
    """The diagnosis of the program with such a mask."""
    return diagnose_source(SOURCE.replace("HIDDEN", hidden).replace("MASK", mask), shapes=SENT, loss="mean", **example)


@pytest.mark.parametrize(
    ("mask", "after"),
    [
        ("(x != 0).unsqueeze(1).unsqueeze(3)", "mask = (x != 0).unsqueeze(1).unsqueeze(2)"),
        ("(x != 0).unsqueeze(-1).unsqueeze(1)", "mask = (x != 0).unsqueeze(-2).unsqueeze(1)"),
        ("(x != 0)[:, None, :, None]", "mask = (x != 0)[:, None, None, :]"),
    ],
)
def test_it_is_told_once_where_the_mask_is_made(mask: str, after: str) -> None:
    document = told(mask)
    (finding,) = document["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP707", "aten::unsqueeze")
    assert (finding["fix"]["after"], finding["fix"]["verified"]) == (after, True)


@pytest.mark.parametrize(
    "hidden",
    [
        "scores = torch.where(mask, scores, torch.full_like(scores, -1e9))",
        "scores = scores.masked_fill(~mask, float('-inf'))",
    ],
)
def test_however_it_hides(hidden: str) -> None:
    finding = told("(x != 0).unsqueeze(1).unsqueeze(3)", hidden)["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP707", True)


def test_a_mask_that_a_view_made_is_turned_where_it_is_read() -> None:
    (finding,) = told("(x != 0).view(x.size(0), 1, -1, 1)")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP707", True)
    assert finding["fix"]["after"] == "scores = scores.masked_fill((mask == 0).transpose(-1, -2), -1e9)"


def test_so_does_the_mask_of_torch_s_own_attention() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 16)
        self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)

    def forward(self, x):
        h = self.embed(x)
        seen = (x != 0).unsqueeze(-1)
        return F.scaled_dot_product_attention(self.q(h), self.k(h), self.v(h), attn_mask=seen).mean(1)
"""
    (finding,) = diagnose_source(source, shapes=SENT, loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP707", True)
    assert finding["fix"]["after"] == "seen = (x != 0).unsqueeze(-2)"


@pytest.mark.parametrize(
    ("mask", "hidden"),
    [
        ("(x != 0).unsqueeze(1).unsqueeze(2)", FILLED),
        ("(x != 0).unsqueeze(1).unsqueeze(3) & (x != 0).unsqueeze(1).unsqueeze(2)", FILLED),
        (
            "(x != 0).unsqueeze(1).unsqueeze(3)",
            f"{FILLED}.masked_fill(torch.ones(t, t).triu(1) > 0, -1e9)",
        ),
        ("(x != 0).unsqueeze(1).unsqueeze(3)", f"{FILLED}.masked_fill(mask.transpose(2, 3) == 0, -1e9)"),
        ("(x != 0).unsqueeze(1).unsqueeze(3)", f"scores = scores + (mask.transpose(2, 3) == 0) * -1e9; {FILLED}"),
        ("(x != 0).unsqueeze(1).unsqueeze(3)", f"scores = scores + torch.ones(t, t).triu(1) * -1e9; {FILLED}"),
        (
            "(x != 0).unsqueeze(1).unsqueeze(3)",
            "scores = scores.masked_fill(mask.transpose(2, 3) == 0, -1e9); scores = scores - scores.amax(-1, True); "
            + FILLED,
        ),
    ],
)
def test_what_hides_keys_too_is_left_alone(mask: str, hidden: str) -> None:
    assert told(mask, hidden)["verdict"] == "healthy"


def test_places_and_classes_that_are_as_many_are_no_queries_and_keys() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.tag = nn.Embedding(20, 16), nn.Linear(16, 9)

    def forward(self, x):
        scores = self.tag(self.embed(x)).masked_fill((x == 0).unsqueeze(-1), 0.0)
        return (torch.softmax(scores, -1) @ self.tag.weight).square()
"""
    assert diagnose_source(source, shapes=SENT, loss="mean")["verdict"] == "healthy"


def test_a_mask_that_others_read_is_turned_for_the_scores_alone() -> None:
    hidden = "scores = scores.masked_fill(mask == 0, -1e9)"
    source = SOURCE.replace("HIDDEN", hidden).replace("MASK", "(x != 0).unsqueeze(-1)")
    source = source.replace("h = self.embed(x)", "h = self.embed(x) * mask; mask = mask.unsqueeze(1)")
    finding = diagnose_source(source, shapes=SENT, loss="mean")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP707", True)
    assert finding["fix"]["after"] == "scores = scores.masked_fill((mask == 0).transpose(-1, -2), -1e9)"


def test_scores_of_a_pooling_are_hidden_by_a_column() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.score = nn.Embedding(20, 16), nn.Linear(16, 1)

    def forward(self, x):
        h = self.embed(x)
        weights = torch.softmax(self.score(h).masked_fill((x == 0).unsqueeze(-1), -1e9), dim=1)
        return (weights * h).sum(1)
"""
    assert diagnose_source(source, shapes=SENT, loss="mean")["verdict"] == "healthy"
