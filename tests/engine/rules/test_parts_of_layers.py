"""Layers of which a part learns nothing: its way to the loss is cut, while the weight as a whole gets a gradient."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

PROGRAM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(8, 24)

    def forward(self, x):
        {body}
"""
FUSED = "q, k, v = self.l(x).view(2, 5, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)\n        "
LOST = {
    "queries and keys without gradients": (
        "CUT102",
        16,
        FUSED + "with torch.no_grad():\n            a = (q @ k.transpose(-2, -1)).softmax(-1)\n        return a @ v",
    ),
    "queries and keys detached": (
        "CUT101",
        16,
        "q, k, v = self.l(x).chunk(3, dim=-1); a = (q @ k.transpose(1, 2)).softmax(-1).detach(); return a @ v",
    ),
    "a gate that is held against a threshold": (
        "CUT103",
        8,
        "h = self.l(x); return (h[..., :8] > 0).float() * h[..., 8:16] + h[..., 16:]",
    ),
    "a value that no loss is for": ("CUT101", 1, "h = self.l(x); return h[..., :23] * (1 - h[..., 23:].detach())"),
}
LEARNING = {
    "attention": FUSED + "return (q @ k.transpose(-2, -1)).softmax(-1) @ v",
    "a detached part with another way": "h = self.l(x); return h[..., :23] * (1 - h[..., 23:].detach()) + h[..., 23:]",
    "a detached part of what is read as a whole": "h = self.l(x); return h[..., :8] * h[..., 8:16].detach() + h.sum()",
    "a detached step of a sequence": "h = self.l(x); return h[:, 1:] * h[:, :1].detach()",
    "a part that nothing is computed of": "return self.l(x)[..., :20]",
}


@pytest.mark.parametrize("name", LOST)
def test_part_without_gradient_is_found(name: str) -> None:
    code, outputs, body = LOST[name]
    (finding,) = diagnose_source(PROGRAM.format(body=body), shapes="2x5x8")["findings"]
    assert (finding["code"], finding["parameters"]) == (code, ["l.weight", "l.bias"])
    assert finding["title"].startswith(f"{outputs} of the 24 outputs of l get")
    assert finding["fix"]["verified"]


@pytest.mark.parametrize("name", LEARNING)
def test_layer_that_learns_as_a_whole_is_healthy(name: str) -> None:
    document = diagnose_source(PROGRAM.format(body=LEARNING[name]), shapes="2x5x8")
    assert (document["verdict"], document["findings"]) == ("healthy", [])
