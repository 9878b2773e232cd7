"""Buffers of zeros that are added: learnt positions that nobody learns, or a mean that data is brought back to."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

TABLE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(5, 8)
        self.register_buffer("table", torch.zeros(SHAPE))
        self.register_buffer("spread", torch.ones(8))
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        h = self.first(x)
        ADDED
        return self.last(torch.tanh(h))
"""


def with_table(added: str, shape: str = "1, 12, 8") -> list[str]:
    source = TABLE.replace("ADDED", added).replace("SHAPE", shape)
    return [finding["code"] for finding in diagnose_source(source, shapes="3x7x5")["findings"]]


@pytest.mark.parametrize("shape", ["1, 12, 8", "12, 8"])
def test_a_table_of_zeros_between_two_layers_was_to_be_learnt(shape: str) -> None:
    rows = "self.table[:, :x.size(1)]" if shape.startswith("1,") else "self.table[:x.size(1)]"
    assert with_table(f"h = h + {rows}", shape) == ["PAR206"]


@pytest.mark.parametrize(
    ("added", "shape"),
    [
        ("h = h + self.table", "8"),  # one row: a mean
        ("h = h * self.spread + self.table[:, :x.size(1)]", "1, 12, 8"),  # brought back to its measure
        ("h = h - self.table[:, :x.size(1)]", "1, 12, 8"),  # centred
        ("h = h + self.table[:, :x.size(1)]; self.table.add_(1)", "1, 12, 8"),  # written by the program itself
    ],
)
def test_other_zeros_are_left_alone(added: str, shape: str) -> None:
    assert with_table(added, shape) == []
