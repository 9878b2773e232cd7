"""Tables of which a single entry is picked, by the number of steps that it is then laid over."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

SOURCE = """
class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        angles = torch.arange(60).unsqueeze(1) / 10.0 ** torch.arange(16)
        self.register_buffer("table", TABLE)

    def forward(self, x):
        PUT


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.positions, self.head = nn.Embedding(20, 16), Positions(), nn.Linear(16, 2)

    def forward(self, x):
        return self.head(torch.relu(self.positions(self.embed(x))))
"""


def told(put: str, table: str = "torch.sin(angles).unsqueeze(0)") -> dict[str, object]:
    """The diagnosis of the program with such a line, and such a table."""
    source = SOURCE.replace("PUT", put).replace("TABLE", table)
    return diagnose_source(source, shapes="4x9:int64[0,20)", loss="mean")


@pytest.mark.parametrize(
    ("put", "after"),
    [
        ("return x + self.table[:, x.size(1)]", "return x + self.table[:, :x.size(1)]"),
        ("return x + self.table[:, x.shape[1], :]", "return x + self.table[:, :x.shape[1], :]"),
        ("n = x.size(1); return x + self.table[:, n]", "n = x.size(1); return x + self.table[:, :n]"),
    ],
)
def test_all_up_to_there_were_meant(put: str, after: str) -> None:
    (finding,) = told(put)["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("SHP707", "aten::select")
    assert (finding["fix"]["after"], finding["fix"]["verified"]) == (after, True)


def test_a_row_for_each_length_is_left_alone() -> None:
    assert told("return x + self.table[x.size(1)]", "torch.sin(angles)")["verdict"] == "healthy"


@pytest.mark.parametrize(
    "put",
    [
        "return x + self.table[:, :x.size(1)]",
        "return x + self.table[:, x.size(1) - 1]",
        "return x + self.table[:, x.size(1)].unsqueeze(1)",
        "return x + self.table[:, 9]",
        "return x + self.table[:, x.size(1)] + self.table[:, :x.size(1)]",
        "return x * self.table[:, x.size(1)]",
    ],
)
def test_an_entry_that_is_meant_is_left_alone(put: str) -> None:
    assert told(put)["verdict"] == "healthy"
