"""Sequences that are unpacked as long as the longest of them, and what misses the other steps."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYERS = (
    "self.e = nn.Embedding(20, 6); self.r = nn.LSTM(6, 7, batch_first=True); self.l = nn.Linear(7, 5); "
    "self.s = nn.Linear(6, 7); self.f = nn.Linear(63, 5)"
)
PACK = "p = nn.utils.rnn.pack_padded_sequence({}, n, batch_first=True, enforce_sorted=False); o, _ = self.r(p); "
HEAD = "e = self.e(x); " + PACK.format("e")
UNPACK = "h, _ = nn.utils.rnn.pad_packed_sequence(o, batch_first=True{})"
BESIDE = "x, n, y"
SHAPES = "4x9:int64[0,20); 4:int64[1,6); 4x9:int64[0,5)"
IN_FULL = UNPACK.format(", total_length=e.size(1)")

MISSED = [
    ("F.cross_entropy(self.l(h).reshape(-1, 5), y.reshape(-1))", "SHP713"),
    ("F.cross_entropy(self.l(h).transpose(1, 2), y)", "SHP713"),
    ("F.mse_loss(self.l(h)[..., 0], y.float())", "SHP713"),
    ("self.l(h * y.unsqueeze(-1))", "SHP706"),
    ("self.l(h[y > 0])", "SHP706"),
    ("self.l(h)[..., 0].masked_fill(y == 0, -1e4)", "SHP706"),
    ("self.l(h + self.s(e))", "SHP706"),
    ("self.l(torch.cat([h, self.s(e)], 2)[..., :7])", "SHP705"),
    ("self.l(h).view(x.size(0), x.size(1), 5)", "SHP704"),
    ("self.f(h.flatten(1))", "SHP701"),
    ("self.l(torch.bmm(self.s(e)[..., :1].transpose(1, 2), h))", "SHP701"),
]


@pytest.mark.parametrize(("result", "code"), MISSED)
def test_all_that_was_packed_is_given_back(result: str, code: str) -> None:
    source = net(f"{HEAD}{UNPACK.format('')}; return {result}", LAYERS, BESIDE)
    found = diagnose_source(source, shapes=SHAPES)["findings"][0]
    assert (found["code"], found["fix"]["after"], found["fix"]["verified"]) == (code, IN_FULL, True)
    assert found["chain"][0].startswith("the 5 steps of the longest sequence come back here, of 9")


def test_steps_in_front_are_given_back_too() -> None:
    body = f"{HEAD}{UNPACK.format('')}; return F.cross_entropy(self.l(h).reshape(-1, 5), y.reshape(-1))"
    source = net(body, LAYERS, BESIDE).replace(", batch_first=True", "")
    found = diagnose_source(source, shapes="9x4:int64[0,20); 4:int64[1,6); 9x4:int64[0,5)")["findings"][0]
    assert found["fix"]["after"] == "h, _ = nn.utils.rnn.pad_packed_sequence(o, total_length=e.size(0))"
    assert found["fix"]["verified"]


LOSS = "return F.cross_entropy(self.l(h).transpose(1, 2), y)"
CALLED = [
    (PACK.format("self.e(x)") + UNPACK.format(""), UNPACK.format(", total_length=x.size(1)")),
    (f"{HEAD}e, _ = {UNPACK.format('')[7:]}; h = e", f"e, _ = {IN_FULL[7:]}"),
    (PACK.format("e if e.size(1) > 2 else e * 2").replace("p =", "e = self.e(x); p =") + UNPACK.format(""), IN_FULL),
    (PACK.format("self.e(x) + self.e(y)") + UNPACK.format(""), None),
    (f"{HEAD}e = o.data * self.p; {UNPACK.format('')}; h = h + e.mean()", None),
]


@pytest.mark.parametrize(("lines", "after"), CALLED)
def test_what_was_packed_is_called_as_it_is_there(lines: str, after: str | None) -> None:
    found = diagnose_source(net(f"{lines}; {LOSS}", LAYERS, BESIDE), shapes=SHAPES)["findings"][0]
    assert (found["fix"]["after"], found["fix"]["verified"]) == (after, True)


def test_all_that_were_unpacked_are_given_back() -> None:
    again = "g, _ = nn.utils.rnn.pad_packed_sequence(self.r(p)[0], batch_first=True{})"
    lines = f"{HEAD}{UNPACK.format('')}; {again.format('')}; h = h + g; {LOSS}"
    found = diagnose_source(net(lines, LAYERS, BESIDE), shapes=SHAPES)["findings"][0]
    assert found["fix"]["after"] == f"{IN_FULL}\n{again.format(', total_length=e.size(1)')}"
    assert found["fix"]["verified"]


@pytest.mark.parametrize(
    "lines",
    [
        UNPACK.format(", total_length=x.size(1)") + "; " + LOSS,
        UNPACK.format("") + "; y = y[:, :h.size(1)]; " + LOSS,
        "y = nn.utils.rnn.pack_padded_sequence(y, n, batch_first=True, enforce_sorted=False).data; "
        "return F.cross_entropy(self.l(o.data), y)",
        UNPACK.format("") + "; return F.cross_entropy(self.l(h[torch.arange(4), n - 1]), y[:, 0])",
    ],
)
def test_what_goes_with_the_steps_that_came_back_is_healthy(lines: str) -> None:
    layers = LAYERS.partition("; self.s")[0]
    found = diagnose_source(net(HEAD + lines, layers, BESIDE).replace("self.p =", "p ="), shapes=SHAPES)
    assert found["verdict"] == "healthy"


def test_another_fault_behind_sequences_is_told_as_it_is() -> None:
    lines = f"{HEAD}{UNPACK.format('')}; return self.f(h)"
    found = diagnose_source(net(lines, LAYERS.replace("63", "9"), BESIDE), shapes=SHAPES)["findings"][0]
    assert (found["fix"]["summary"], found["fix"]["verified"]) == ("make f take 7 features, or give it 9", True)
