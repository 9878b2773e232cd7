"""What mends a shape that is refused: the change that an engineer would make, run and seen to heal."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

LOSSES = [
    ("return F.mse_loss(self.l(x), y)", "self.l = nn.Linear(5, 2)", "4x5; 4x3", "give l 3 outputs in place of 2"),
    ("return F.l1_loss(self.l(x), y)", "self.l = nn.Linear(5, 1)", "4x5; 3x1", "send 4 targets"),
    (
        "return nn.functional.huber_loss(self.l(x), y)",
        "self.l = nn.Linear(5, 6)",
        "4x5; 4x2x3",
        "the target.flatten(1)",
    ),
    (
        "return F.binary_cross_entropy(torch.sigmoid(self.l(x)), torch.sigmoid(y))",
        "self.l = nn.Linear(5, 1)",
        "4x5; 4:float32",
        ".squeeze(-1)",
    ),
    (
        "return F.binary_cross_entropy_with_logits(self.l(x), torch.sigmoid(y))",
        "self.l = nn.Linear(5, 1)",
        "4x5; 4:float32",
        ".squeeze(-1)",
    ),
]

LAYERS = [
    (
        "return self.r(x)[0]",
        "self.r = nn.LSTM(8, 4, batch_first=True)",
        "3x8x5",
        "SHP716",
        "transpose(1, 2)",
    ),
    (
        "return self.n(self.c(x))",
        "self.c = nn.Conv2d(3, 6, 1); self.n = nn.InstanceNorm2d(8, affine=True)",
        "2x3x5x5",
        "SHP709",
        "make n for 6 in place of 8",
    ),
    (
        "return self.cell(x, self.h(x))",
        "self.h = nn.Linear(5, 3); self.cell = nn.GRUCell(5, 4)",
        "2x5",
        "SHP711",
        "give h 4 outputs in place of 3",
    ),
    (
        "return F.pixel_shuffle(torch.relu(self.c(x)), 2)",
        "self.c = nn.Conv2d(3, 9, 3)",
        "2x3x6x6",
        "SHP704",
        "give c 12 outputs in place of 9",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "summary"), LOSSES)
def test_a_loss_and_its_target_are_brought_together(forward: str, layers: str, shapes: str, summary: str) -> None:
    finding = only(diagnose_source(net(forward, layers, "x, y"), shapes=shapes, loss="output"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP713", True)
    assert summary in finding["fix"]["summary"]


@pytest.mark.parametrize(("forward", "layers", "shapes", "code", "summary"), LAYERS)
def test_what_torch_checks_before_the_operation_is_mended_too(
    forward: str, layers: str, shapes: str, code: str, summary: str
) -> None:
    finding = only(diagnose_source(net(forward, layers), shapes=shapes, loss="mean"))
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)
    assert summary in finding["fix"]["summary"]
