"""Transposed convolutions give back the positions that a stride took: `output_padding`, in one dimension to three."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only


def _pair(rank: int) -> str:
    settings = "3, stride=2, padding=1"
    return f"self.d = nn.Conv{rank}d(1, 4, {settings}); self.u = nn.ConvTranspose{rank}d(4, 1, {settings})"


GIVEN_BACK = [
    ("return F.mse_loss(self.u(self.d(x)), x)", 1, "2x1x20", "SHP713", "output_padding=1"),
    ("return F.l1_loss(self.u(torch.relu(self.d(x))), x)", 2, "2x1x8x9", "SHP713", "output_padding=(1, 0)"),
    ("y = self.u(self.d(x)); return (y - x).pow(2).mean()", 3, "2x1x8x8x8", "SHP706", "output_padding=1"),
    ("h = F.relu_(self.d(x)); h = h + torch.tanh(h); return x + self.u(h)", 2, "2x1x8x8", "SHP706", "output_padding=1"),
    ("return torch.cat([x, self.u(self.d(x))], 1)", 1, "2x1x20", "SHP705", "output_padding=1"),
    (
        "y = torch.sigmoid(self.u(self.d(x))); return F.mse_loss(y.flatten(1), x.view(x.size(0), -1))",
        2,
        "2x1x8x8",
        "SHP713",
        "output_padding=1",
    ),
    (
        "h = self.d(x); h = (h.flatten(1) * self.p).view(-1, 4, 4, 4); return F.mse_loss(self.u(h), x)",
        2,
        "2x1x8x8",
        "SHP713",
        "output_padding=1",
    ),
    (
        "y = self.u(self.d(x.unsqueeze(1))).squeeze(1); return (y - x).abs().mean()",
        1,
        "2x20",
        "SHP706",
        "output_padding=1",
    ),
]


@pytest.mark.parametrize(("forward", "rank", "shapes", "code", "setting"), GIVEN_BACK)
def test_what_a_stride_took_is_given_back(forward: str, rank: int, shapes: str, code: str, setting: str) -> None:
    found = only(diagnose_source(net(forward, _pair(rank)), shapes=shapes))
    layer = f"nn.ConvTranspose{rank}d(4, 1, 3, stride=2, padding=1"
    assert found["code"] == code
    assert (found["fix"]["before"], found["fix"]["after"]) == (f"{layer})", f"{layer}, {setting})")
    assert found["fix"]["verified"]


def test_only_the_layer_that_lost_some_is_told() -> None:
    layers = (
        "self.a = nn.Conv1d(1, 4, 4, 2, 1); self.b = nn.Conv1d(4, 4, 6, 3, 2); "
        "self.c = nn.ConvTranspose1d(4, 4, 6, 3, 2); self.d = nn.ConvTranspose1d(4, 1, 4, 2, 1)"
    )
    forward = "return F.l1_loss(self.d(self.c(self.b(self.a(x)))), x)"
    found = only(diagnose_source(net(forward, layers), shapes="2x1x48"))
    assert found["fix"]["after"] == "nn.ConvTranspose1d(4, 4, 6, stride=3, padding=2, output_padding=1)"
    assert found["fix"]["verified"]


@pytest.mark.parametrize(
    ("layers", "forward"),
    [
        # two positions more than a stride of 2 leaves over
        ("self.d = nn.Conv1d(1, 4, 2, 2); self.u = nn.ConvTranspose1d(4, 1, 2, 2, 1)", "self.u(self.d(x))"),
        # more than there were
        ("self.d = nn.Conv1d(1, 4, 3, 2, 1); self.u = nn.ConvTranspose1d(4, 1, 5, 2, 1)", "self.u(self.d(x))"),
        # nothing mirrors what the second of two strides took
        ("self.d = nn.Conv1d(1, 1, 3, 2, 1); self.u = nn.ConvTranspose1d(1, 1, 3, 2, 1)", "self.u(self.d(self.d(x)))"),
    ],
)
def test_nothing_is_told_where_no_output_padding_mirrors_it(layers: str, forward: str) -> None:
    found = only(diagnose_source(net(f"return F.mse_loss(self.p * {forward}, x)", layers), shapes="2x1x20"))
    assert "output_padding" not in found["fix"]["summary"]


def test_a_function_is_given_it_in_its_line() -> None:
    forward = (
        "z = torch.tanh(F.conv2d(x, self.w, stride=2, padding=1)); "
        "y = F.conv_transpose2d(z, self.w, stride=2, padding=1); return F.mse_loss(y, x)"
    )
    found = only(diagnose_source(net(forward, "self.w = nn.Parameter(torch.randn(6, 3, 3, 3))"), shapes="2x3x8x8"))
    line = "y = F.conv_transpose2d(z, self.w, stride=2, padding=1, output_padding=1)"
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, line)
