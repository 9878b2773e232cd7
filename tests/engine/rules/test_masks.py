"""Masks that do not go with the scores that they are to hide."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import only

SOURCE = """
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x, y, mask):
        scores = self.q(x) @ self.k(y).transpose(1, 2)
        HIDDEN
        return scores.softmax(-1) @ y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(9, 8), nn.Embedding(9, 8)
        self.one, self.two, self.three = Attention(), Attention(), Attention()

    def forward(self, words, said):
        seen = (words != 0).unsqueeze(1)
        known = (said != 0).unsqueeze(1) & (torch.ones(1, said.size(1), said.size(1)).tril() > 0)
        memory = self.one(self.source(words), self.source(words), seen)
        x = self.target(said)
        x = x + self.two(x, x, known)
        return x + self.three(x, memory, GIVEN)
"""
SENT = "2x7:int64[0,9); 2x5:int64[0,9)"
HIDINGS = [
    "scores = scores.masked_fill(mask == 0, -1e9)",
    "scores = torch.where(mask, scores, torch.full_like(scores, -1e9))",
    "scores = scores.masked_fill(~mask.to(torch.bool), -1e9)",
]


@pytest.mark.parametrize("hidden", HIDINGS)
def test_the_mask_that_the_same_line_took_for_the_memory_is_given(hidden: str) -> None:
    source = SOURCE.replace("HIDDEN", hidden).replace("GIVEN", "known")
    finding = only(diagnose_source(source, shapes=SENT, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert finding["fix"]["summary"].startswith("give it the mask of 2x1x7, which line ")


@pytest.mark.parametrize("hidden", HIDINGS)
def test_masks_that_fit_are_left_alone(hidden: str) -> None:
    source = SOURCE.replace("HIDDEN", hidden).replace("GIVEN", "seen")
    assert diagnose_source(source, shapes=SENT, loss="mean")["verdict"] == "healthy"


def test_a_mask_that_no_other_call_was_given_is_told_without_another() -> None:
    source = SOURCE.replace("HIDDEN", HIDINGS[0]).replace("GIVEN", "known")
    source = source.replace("self.one(self.source(words), self.source(words), seen)", "self.source(words)")
    finding = only(diagnose_source(source, shapes=SENT, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", None)
