"""Predictions of what comes next, one fewer than there are positions: the target begins behind, or ends before."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

CELL = "self.e = nn.Embedding(9, 6); self.c = nn.GRUCell(6, 6); self.o = nn.Linear(6, 9)"
STEPS = (
    "h = torch.zeros(y.size(0), 6); s: List[torch.Tensor] = []\n        for t in {}:\n            "
    "h = self.c(self.e(y[:, t]), h)\n            s.{}; "
)
FORWARDS = STEPS.format("range(y.size(1) - 1)", "append(self.o(h))")
BACKWARDS = STEPS.format("range(y.size(1) - 1, 0, -1)", "insert(0, self.o(h))")
TOKENS = "3x6:int64[0,9)"

TARGETS = [
    (FORWARDS, "F.cross_entropy(torch.stack(s, 1).view(-1, 9), y.view(-1))", "y[:, 1:].reshape(-1)"),
    (FORWARDS, "F.cross_entropy(torch.stack(s, 1).flatten(0, 1), y.flatten())", "y[:, 1:].flatten()"),
    (FORWARDS, "F.cross_entropy(torch.stack(s, 2), y)", "y[:, 1:]"),
    (BACKWARDS, "F.cross_entropy(torch.stack(s, 2), y)", "y[:, :-1]"),
]


@pytest.mark.parametrize(("loop", "loss", "target"), TARGETS)
def test_a_loop_that_reads_all_but_one_predicts_the_others(loop: str, loss: str, target: str) -> None:
    found = only(diagnose_source(net(f"{loop}return {loss}", CELL, "y"), shapes=TOKENS))
    assert found["code"] == "SHP713"
    assert found["fix"]["after"] == f"return {loss.rpartition(', ')[0]}, {target})"
    assert found["fix"]["verified"]


def test_steps_that_come_first_stay_in_one_piece() -> None:
    loop = FORWARDS.replace("y[:, t]", "y[t]").replace("size(0)", "size(9)").replace("size(1)", "size(0)")
    loss = "return F.cross_entropy(torch.stack(s).view(-1, 9), y.view(-1))"
    found = only(diagnose_source(net(loop.replace("size(9)", "size(1)") + loss, CELL, "y"), shapes=TOKENS))
    assert found["fix"]["after"] == loss.replace("y.view", "y[1:].view")
    assert found["fix"]["verified"]
