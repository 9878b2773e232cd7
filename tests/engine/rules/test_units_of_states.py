"""States of other units than a recurrent layer has: which of the two is resized, and what follows."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only

RESIZED = [
    (
        "_, h = self.a(x); return self.l(self.b(y, h)[0])",
        "self.a = nn.GRU(5, 16, batch_first=True); self.b = nn.GRU(4, 1, batch_first=True); self.l = nn.Linear(1, 3)",
        "nn.GRU(4, 16, ...)\nnn.Linear(16, 3)",
    ),
    (
        "_, s = self.a(x); return self.l(self.b(y, s)[0])",
        "self.a = nn.LSTM(5, 12, batch_first=True); self.b = nn.LSTM(4, 24, batch_first=True); "
        "self.l = nn.Linear(24, 3)",
        "nn.LSTM(5, 24, ...)",
    ),
    (
        "_, s = self.a(x); return self.l(self.b(y, s)[0])",
        "self.a = nn.LSTM(5, 6, 2, bidirectional=True); self.b = nn.LSTM(4, 7, 2, bidirectional=True); "
        "self.l = nn.Linear(14, 3)",
        "nn.LSTM(5, 7, ...)",
    ),
    (
        "_, h = self.a(x); h = torch.cat([h[0], h[1]], 1).unsqueeze(0); return self.l(self.b(y, h)[0])",
        "self.a = nn.GRU(5, 6, batch_first=True, bidirectional=True); self.b = nn.GRU(4, 6, batch_first=True); "
        "self.l = nn.Linear(6, 3)",
        "nn.GRU(4, 12, ...)\nnn.Linear(12, 3)",
    ),
    (
        "_, s = self.a(x); return self.l(self.b(y[:, 0], (s[0][0], s[1][0]))[0])",
        "self.a = nn.LSTM(5, 6, batch_first=True); self.b = nn.LSTMCell(4, 7); self.l = nn.Linear(7, 3)",
        "nn.LSTM(5, 7, ...)",
    ),
    (
        "h = torch.zeros(2, x.size(0), 9); return self.l(self.a(x, (h, h))[0])",
        "self.a = nn.LSTM(5, 6, 2, batch_first=True); self.l = nn.Linear(9, 3)",
        "nn.LSTM(5, 9, ...)",
    ),
    (
        "h = torch.zeros(1, x.size(0), 9); return self.l(self.a(x, h)[0])",
        "self.a = nn.GRU(5, 6, batch_first=True); self.l = nn.Linear(6, 3)",
        "h = torch.zeros(1, x.size(0), 6)",
    ),
    (
        "return self.l(self.a(x, self.h.expand(-1, x.size(0), -1).contiguous())[0])",
        "self.a = nn.GRU(5, 6, batch_first=True); self.l = nn.Linear(6, 3); self.h = nn.Parameter(torch.ones(1, 1, 9))",
        "h = nn.Parameter(torch.empty(1, 1, 6))",
    ),
    (
        "return self.l(self.a(x, self.h)[0])",
        "self.a = nn.GRU(5, 6, batch_first=True); self.l = nn.Linear(6, 3); self.h = nn.Buffer(torch.ones(1, 2, 6))",
        "h = nn.Buffer(torch.empty(1, 3, 6))",
    ),
    (
        "_, (h, c) = self.a(x); return self.b(y, (h, c))[0]",
        "self.a = nn.LSTM(5, 6, batch_first=True); self.b = nn.LSTM(4, 6, 2, batch_first=True)",
        "return self.b(y, (h.repeat(2, 1, 1), c.repeat(2, 1, 1)))[0]",
    ),
    (
        "_, h = self.a(x); return self.b(y, h)[0]",
        "self.a = nn.GRU(5, 6, 2, batch_first=True, bidirectional=True); self.b = nn.GRU(4, 12, 2, batch_first=True)",
        "return self.b(y, h.unflatten(0, (-1, 2)).transpose(1, 2).flatten(2))[0]",
    ),
]


@pytest.mark.parametrize(("forward", "layers", "after"), RESIZED)
def test_the_layer_of_the_odd_units_is_resized(forward: str, layers: str, after: str) -> None:
    found = only(diagnose_source(net(forward, layers, "x, y"), shapes="3x7x5; 3x7x4"))
    assert found["code"] == "SHP711"
    assert (found["fix"]["verified"], found["fix"]["after"]) == (True, after)


def test_a_layer_that_projects_its_units_is_left() -> None:
    layers = "self.a = nn.GRU(5, 9, batch_first=True); self.b = nn.LSTM(4, 8, proj_size=6, batch_first=True)"
    forward = "h = self.a(x)[1]; return self.b(y, (h, h))[0]"
    found = only(diagnose_source(net(forward, layers, "x, y"), shapes="3x7x5; 3x7x4"))
    assert "units" not in found["fix"]["summary"]


def test_steps_that_a_view_laid_in_a_row_are_kept_apart() -> None:
    layers = "self.c = nn.Linear(5, 6); self.r = nn.LSTM(6, 8, batch_first=True); self.l = nn.Linear(8, 3)"
    forward = "b = x.size(0); f = self.c(x.flatten(0, 1)).view(b, -1); o = self.r(f)[0]; return self.l(o[:, -1])"
    found = only(diagnose_source(net(forward, layers), shapes="3x7x5"))
    assert found["fix"]["after"] == "f = self.c(x.flatten(0, 1)).view(b, -1, 6)"
    assert found["fix"]["verified"]
