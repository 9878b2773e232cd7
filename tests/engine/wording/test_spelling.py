"""A fix shows the user's own line with the operand changed, however it was spelt there."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

FORWARD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(6, 6)

    def forward(self, x, y):
        h = self.l(x)
        {line}
        return h
"""


@pytest.mark.parametrize(
    ("line", "shapes", "after"),
    [
        (
            "h = F.nll_loss(F.log_softmax(h, 1), y.abs())",
            "4x6;4",
            "h = F.nll_loss(F.log_softmax(h, 1), y.abs().long())",
        ),
        ("h = h.gather(1, y.abs())", "4x6;4x1", "h = h.gather(1, y.abs().long())"),
        ("h = h.gather(1, index=y * 2)", "4x6;4x1", "h = h.gather(1, index=(y * 2).long())"),
        ("h = h[torch.arange(4), y + 0.0]", "4x6;4", "h = h[torch.arange(4), (y + 0.0).long()]"),
        ("h = torch.mm(h, y.abs())", "4x6;6x3:float64", "h = torch.mm(h, y.float().abs())"),
        ("h = h * y.abs()", "4x6;4", "h = h * y.abs().unsqueeze(-1)"),
        ("h *= y.abs()", "4x6;4", "h *= y.abs().unsqueeze(-1)"),
        ("h = (h * 2) @ y.abs()", "4x6;3x6", "h = (h * 2) @ y.abs().transpose(-2, -1)"),
    ],
)
def test_an_operand_is_changed_where_it_stands(line: str, shapes: str, after: str) -> None:
    fix = diagnose_source(FORWARD.format(line=line), shapes=shapes)["findings"][0]["fix"]
    assert fix["after"] == after
    assert fix["verified"]
