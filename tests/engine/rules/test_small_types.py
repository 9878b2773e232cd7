"""Gradients that are less than half precision holds."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

HALF = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(8, 8), nn.Linear(8, 1, bias=False)

    def forward(self, x):
        h = self.body(x)
        far = F.linear(h.detach().to(torch.float16), self.head.weight.to(torch.float16))
        return h.pow(2).mean() + WEIGHT * far.pow(2).mean().float()
"""


@pytest.mark.parametrize("rows", [1000, 4000])
def test_a_mean_over_many_in_half_precision(rows: int) -> None:
    (finding,) = diagnose_source(HALF.replace("WEIGHT", "2e-5"), shapes=f"{rows}x8", loss="output")["findings"]
    assert (finding["code"], finding["parameters"]) == ("NUM605", ["head.weight"])
    assert finding["location"]["op"] == "aten::mean"
    assert f"mean over {rows} numbers leaves each less than float16 can hold" in finding["title"]
    assert finding["fix"]["verified"] is True


@pytest.mark.parametrize(("weight", "rows"), [("1.0", 1000), ("2e-5", 8)])
def test_what_half_precision_holds_is_well(weight: str, rows: int) -> None:
    document = diagnose_source(HALF.replace("WEIGHT", weight), shapes=f"{rows}x8", loss="output")
    assert [f["code"] for f in document["findings"] if f["severity"] != "note"] == []
