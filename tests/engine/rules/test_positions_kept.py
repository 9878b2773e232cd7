"""Layers that alone took positions, or added some: told to keep them, or what they added is cut off."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

KEPT = [
    (
        "p = torch.sigmoid(self.b(F.relu(self.a(x)))).flatten(); t = y.flatten(); return (p * t).sum() / (p.sum() + 1)",
        "self.a = nn.Conv2d(3, 4, 3); self.b = nn.Conv2d(4, 1, 5)",
        "2x3x9x9; 2x9x9",
        "nn.Conv2d(3, 4, 3, padding=1)\nnn.Conv2d(4, 1, 5, padding=2)",
    ),
    (
        "return torch.cat([self.a(x), self.b(x), self.m(x)], 1)",
        "self.a = nn.Conv2d(3, 4, 1); self.b = nn.Conv2d(3, 4, 5, padding=1); self.m = nn.MaxPool2d(3, stride=1)",
        "2x3x9x9; 1",
        "nn.Conv2d(3, 4, 5, padding=2)\nnn.MaxPool2d(3, stride=1, padding=1)",
    ),
    (
        "f = x\n        for c in self.cs:\n            h = torch.relu(c(f))\n            f = torch.cat([f, h], 1)"
        "; return f",
        "self.cs = nn.ModuleList([nn.Conv2d(3 + 4 * i, 4, 3) for i in range(3)])",
        "2x3x9x9; 1",
        "nn.Conv2d(3, 4, 3, padding=1)\nnn.Conv2d(7, 4, 3, padding=1)\nnn.Conv2d(11, 4, 3, padding=1)",
    ),
    (
        "for c in self.cs:\n            x = torch.relu(c(x)) + x; return x",
        "self.cs = nn.ModuleList([nn.Conv1d(3, 3, 3, padding=2 * d, dilation=d) for d in (1, 2, 4)])",
        "2x3x20; 1",
        "x = torch.relu(c(x))[:, :, : x.shape[2]] + x",
    ),
    (
        "return torch.cat([self.b(self.a(x)), x], 1)",
        "self.a = nn.Conv1d(3, 3, 2, padding=1); self.b = nn.Conv1d(3, 3, 3, padding=2)",
        "2x3x20; 1",
        "return torch.cat([self.b(self.a(x))[:, :, : x.shape[2]], x], 1)",
    ),
    (
        "h = x\n        for _ in range(2):\n            h = h * torch.sigmoid(self.c(h)); return h",
        "self.c = nn.Conv2d(3, 3, 2, padding=1)",
        "2x3x9x9; 1",
        "nn.Conv2d(3, 3, 2, padding='same')",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "shapes", "after"), KEPT)
def test_positions_are_kept(forward: str, layers: str, shapes: str, after: str) -> None:
    found = only(diagnose_source(net(forward, layers, "x, y"), shapes=shapes))
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, after)


def test_a_prediction_that_a_layer_compares_is_interpolated_in_its_line() -> None:
    layers = "self.a = nn.Conv2d(3, 4, 3, 2, 1); self.loss = nn.CrossEntropyLoss()"
    found = only(diagnose_source(net("return self.loss(self.a(x), y)", layers, "x, y"), shapes="2x3x9x9; 2x9x9:int64"))
    line = 'return self.loss(F.interpolate(self.a(x), size=y.shape[-2:], mode="bilinear"), y)'
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, line)


def test_samples_of_two_inputs_that_go_together_are_sent_as_many() -> None:
    forward = "return (self.l(x) - torch.tanh(self.l(y))).pow(2).mean()"
    found = only(diagnose_source(net(forward, "self.l = nn.Linear(5, 3)", "x, y"), shapes="4x5; 3x5"))
    assert found["fix"]["summary"].startswith("send 4 samples of each")
    assert found["fix"]["verified"]


def test_samples_of_one_input_are_not_sent_otherwise() -> None:
    found = only(
        diagnose_source(net("return (self.l(x)[1:] * self.l(x)[:-2]).sum()", "self.l = nn.Linear(5, 3)"), shapes="4x5")
    )
    assert "send" not in found["fix"]["summary"]


def test_several_of_a_list_are_brought_to_the_largest() -> None:
    layers = "self.ps = nn.ModuleList([nn.AvgPool2d(k) for k in (2, 4)])"
    forward = (
        "o = [x * self.p]; k = 1.0\n        for p in self.ps:\n            k = k * 2\n            "
        "o.append(F.interpolate(p(x), scale_factor=k)); return torch.cat(o, 1)"
    )
    found = only(diagnose_source(net(forward, layers), shapes="2x3x15x15"))
    line = "return torch.cat([F.interpolate(m, size=o[0].shape[2:]) for m in o], 1)"
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, line)


def test_maps_that_were_cut_along_different_axes_are_not_interpolated() -> None:
    forward = (
        "y = self.c(x); a = y[..., 1:] - y[..., :-1]; b = y[:, :, 1:] - y[:, :, :-1]; return (a ** 2 + b ** 2).mean()"
    )
    found = only(diagnose_source(net(forward, "self.c = nn.Conv2d(3, 3, 3)"), shapes="2x3x9x9"))
    assert found["fix"]["summary"].startswith("bring a ** 2 and b ** 2 to the same size")


def test_a_difference_to_what_comes_next_is_shifted() -> None:
    layers = "self.r = nn.GRU(2, 6, batch_first=True); self.l = nn.Linear(6, 2)"
    found = only(
        diagnose_source(net("y = self.l(self.r(x[:, :-1])[0]); return (y - x).abs().mean()", layers), shapes="3x9x2")
    )
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, "return (y - x[:, 1:]).abs().mean()")


def test_two_operations_of_one_line_that_are_refused_alike_are_two_faults() -> None:
    layers = "self.g = nn.Linear(5, 6); self.b = nn.Linear(5, 6)"
    forward = "return x * self.g(y) + self.b(y)"
    found = diagnose_source(net(forward, layers, "x, y"), shapes="2x6x7x7; 2x5")["findings"]
    assert [f["fix"]["verified"] for f in found if f["code"] == "SHP706"] == [True, True]
