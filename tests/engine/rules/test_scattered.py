"""A scatter whose index names no place for a part of its source, which only the backward refuses."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

MESSAGES = "self.m = nn.Linear(4, 3)"


@pytest.mark.parametrize(
    ("body", "shapes", "after"),
    [
        (
            "m = self.m(x * self.p); return torch.zeros(2, 5, 3).scatter_add(1, i.unsqueeze(-1), m)",
            "2x7x4; 2x7:int64[0,5)",
            "return torch.zeros(2, 5, 3).scatter_add(1, i.unsqueeze(-1).expand_as(m), m)",
        ),
        (
            "m = self.m(x * self.p); return torch.zeros(2, 5, 3).scatter(1, i[:, :, None], m)",
            "2x5x4; 2x5:int64[0,5)",
            "return torch.zeros(2, 5, 3).scatter(1, i[:, :, None].expand_as(m), m)",
        ),
        (
            "m = self.m(x * self.p); return torch.zeros(2, 3).scatter_add(1, i, m)",
            "2x4; 2x2:int64[0,3)",
            "return torch.zeros(2, 3).scatter_add(1, i, m[:, :2])",
        ),
        (
            "m = self.m(x * self.p); return torch.zeros(2, 3).scatter(1, i, m)",
            "2x4; 2x1:int64[0,3)",
            "return torch.zeros(2, 3).scatter(1, i, m[:, :1])",
        ),
    ],
    ids=["added", "written", "shorter", "one"],
)
def test_every_entry_gets_a_place(body: str, shapes: str, after: str) -> None:
    document = diagnose_source(net(body, MESSAGES, "x, i"), shapes=shapes, loss="mean")
    (finding,) = document["findings"]
    assert (finding["code"], finding["location"]["op"][:13]) == ("SHP717", "aten::scatter")
    assert (finding["fix"]["after"], finding["fix"]["verified"]) == (after, True)


def test_an_index_that_leaves_out_what_wants_no_gradient_is_healthy() -> None:
    body = "m = self.m(x * self.p); return m + torch.zeros(2, 3).scatter_add(1, i, torch.ones(2, 3))"
    document = diagnose_source(net(body, MESSAGES, "x, i"), shapes="2x4; 2x2:int64[0,3)", loss="mean")
    assert document["verdict"] == "healthy"
