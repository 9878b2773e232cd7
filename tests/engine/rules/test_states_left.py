"""The last states of a recurrent network that nothing reads, and results that are given no name."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

TWO = "self.rnn = nn.LSTM(4, 6, num_layers=2); self.fc = nn.Linear(6, 2)"
BOTH = "self.rnn = nn.GRU(4, 6, num_layers=2, bidirectional=True); self.fc = nn.Linear(6, 2)"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("_, (h, c) = self.rnn(x); return self.fc(h[0]) * self.p", "return self.fc(h[-1]) * self.p"),
        ("_, (h, c) = self.rnn(x); h = h[0]; return self.fc(h) * self.p", "h = h[-1]"),
    ],
)
def test_the_state_of_the_last_layer_is_read_instead(body: str, after: str) -> None:
    source = net(body, TWO)
    (finding,) = diagnose_source(source, shapes="5x3x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("PAR204", True, after)
    assert all("_l1" in name for name in finding["parameters"])
    assert not unhealed(source, {"shapes": "5x3x4"})


@pytest.mark.parametrize("index", [0, -1])
def test_both_directions_are_joined(index: int) -> None:
    body = f"_, h = self.rnn(x); return self.fc(h[{index}]) * self.p"
    (finding,) = diagnose_source(net(body, BOTH), shapes="5x3x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("PAR204", True, None)
    assert "torch.cat([h[-2], h[-1]], dim=-1)" in finding["fix"]["summary"]
    assert "make fc take 12 features" in finding["fix"]["summary"]


def test_every_layer_that_reads_the_state_takes_both_directions() -> None:
    init = f"{BOTH}; self.scale = nn.Linear(6, 2)"
    body = "_, h = self.rnn(x); s = h[-1]; return self.fc(s) * self.scale(s).exp() * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="5x3x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR204", True)
    assert "make fc take 12 features" in finding["fix"]["summary"]
    assert "make scale take 12 features" in finding["fix"]["summary"]


def test_what_reads_the_state_beside_a_layer_is_not_left_with_another_width() -> None:
    body = "_, h = self.rnn(x); s = h[-1]; return (self.fc(s) + s[:, :2]) * self.p"
    (finding,) = diagnose_source(net(body, BOTH), shapes="5x3x4")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("PAR204", None)


@pytest.mark.parametrize(
    ("body", "init"),
    [
        ("_, (h, c) = self.rnn(x); return self.fc(h[-1]) * self.p", TWO),
        ("_, (h, c) = self.rnn(x); return self.fc(h[0] + h[1]) * self.p", TWO),
        ("o, (h, c) = self.rnn(x); return self.fc(h[0] + o[-1]) * self.p", TWO),
        ("o, h = self.rnn(x); return self.fc(h[-1] + h[-2]) * self.p", BOTH),
    ],
)
def test_a_state_that_all_take_part_in_is_healthy(body: str, init: str) -> None:
    assert diagnose_source(net(body, init), shapes="5x3x4")["findings"] == []


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("h = self.a(x); self.b(h); return self.o(h) * self.p", "h = self.b(h)"),
        ("h = x\n        for _ in range(2):\n            h = self.a(x); return self.o(h) * self.p", None),
        ("for l in self.ls:\n            h = l(x); return self.o(h) * self.p", "x = h = l(x)"),
    ],
)
def test_a_result_that_is_left_is_given_a_name(body: str, after: str | None) -> None:
    init = "self.a = nn.Linear(4, 4); self.b = nn.Linear(4, 4); self.o = nn.Linear(4, 2)"
    source = net(body, f"{init}; self.ls = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])")
    left = [f for f in diagnose_source(source, shapes="3x4")["findings"] if f["code"] == "PAR204"]
    assert [f["fix"]["after"] for f in left] == ([after] if after else [])
    assert not [one for one in unhealed(source, {"shapes": "3x4"}) if one.fault == "PAR204"]
