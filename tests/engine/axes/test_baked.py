"""Sizes of a traced example that stand in a program as numbers, among others that are computed."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, examined, request_of

SOURCE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Embedding(20, 8), nn.Linear(8, 4)

    def forward(self, x):
        n = len(x)
        h = self.embed(x)
        BODY
        return self.head(h)
"""
BODIES = {
    "zeros": "h = h + torch.zeros(n, h.size(1), 8)",
    "a mask of scores": "m = torch.zeros(n, 1, x.size(1), x.size(1)); m[:, :, :, 0] = -1e4; "
    "h = ((h @ h.transpose(1, 2)).unsqueeze(1) + m).softmax(-1).mean(1) @ h",
    "ones": "h = h * torch.ones((n, x.size(1))).unsqueeze(-1)",
    "expand": "h = torch.cat([h, torch.zeros(1, 1, 8).expand(n, h.size(1), 8)], 1)",
    "repeat": "h = torch.cat([h, torch.zeros(1, 1, 8).repeat(n, h.size(1), 1)], 1)",
    "new_zeros": "h = torch.cat([h, h.new_zeros(n, h.size(1), 8)], 1)",
    "full": "h = torch.cat([h, torch.full((n, h.size(1), 8), 0.5)], 1)",
}


def told(body: str, shapes: str) -> dict[str, object]:
    """The diagnosis of the program, traced with two samples of seven words."""
    example = {"shapes": f"{shapes}:int64[0,20)", "loss": "mean"}
    upload = build(SOURCE.replace("BODY", body), {"export": "trace 2x7:int64[0,20)"})
    return examined(upload, request_of(example))[-1]


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize(("name", "body"), BODIES.items())
def test_the_one_that_was_written_down_is_told(name: str, body: str) -> None:
    (finding,) = told(body, "5x7")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)
    assert finding["title"] == f"{'zeros' if 'mask' in name else name} holds 2, a size of its example: 5 came in"


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")
def test_the_computed_ones_take_other_lengths() -> None:
    assert told(BODIES["zeros"], "2x9")["verdict"] == "healthy"
