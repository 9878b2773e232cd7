"""Cells by hand that begin with a state of zeros: what it takes from a gate in one step is no fault of the cell."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source

CELL = """
class Cell(nn.Module):
    def __init__(self):
        super().__init__()
        self.x, self.h = nn.Linear(6, {gates}), nn.Linear(6, {gates}, bias=False)
        self.f = nn.Linear(6, 6)

    def forward(self, x, h, c):
        {step}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = Cell(), nn.Linear(6, 2)

    def forward(self, x):
        h, c = torch.zeros(x.size(0), 6), torch.zeros(x.size(0), 6)
        {unrolled}
        return self.out(h)
"""

LOOP = """for t in range(x.size(1)):
            h, c = self.cell(x[:, t], h, c)"""
ONCE = "h, c = self.cell(x[:, 0], h, c)"
THRICE = "; ".join(f"h, c = self.cell(x[:, {t}], h, c)" for t in range(3))

LSTM = """i, g, o = (self.x(x) + self.h(h)).chunk(3, 1)
        c = {forget} * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c"""
GRU = """r = {forget}
        z = torch.sigmoid(self.x(x) + self.h(h))
        n = torch.tanh(self.x(x) + self.h(r * h))
        return z * n + (1 - z) * h, c"""
LEAKY = """h = {forget} * h + torch.tanh(self.x(x))
        return h + 0.0 * self.h(x), c"""
RECURRENCES = {"lstm": (18, LSTM), "gru": (6, GRU), "leaky": (6, LEAKY)}


def source(name: str, unrolled: str, forget: str = "torch.sigmoid(self.f(x))") -> str:
    """A recurrence, unrolled so, with such a gate."""
    gates, step = RECURRENCES[name]
    return CELL.format(gates=gates, step=step.format(forget=forget), unrolled=unrolled)


@pytest.mark.parametrize(("name", "unrolled"), [("lstm", ONCE), ("gru", ONCE), ("lstm", LOOP), ("leaky", LOOP)])
@pytest.mark.parametrize("length", [1, 3])
def test_a_gate_upon_the_first_state_is_no_fault(name: str, unrolled: str, length: int) -> None:
    document = diagnose_source(source(name, unrolled).replace("0.0 *", "0.1 *"), shapes=f"4x{length}x6", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


@pytest.mark.parametrize("unrolled", [LOOP, THRICE], ids=["loop", "written out"])
@pytest.mark.parametrize("name", ["lstm", "gru", "leaky"])
def test_a_gate_that_is_flat_in_every_step_is_told_where_it_is_flat(name: str, unrolled: str) -> None:
    flat = source(name, unrolled, "torch.clamp(torch.sigmoid(self.f(x)), 1.5, 2.0)").replace("0.0 *", "0.1 *")
    (finding,) = diagnose_source(flat, shapes="4x3x6", loss="mean")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("ZER502", "aten::clamp")
    assert (finding["parameters"], finding["fix"]["verified"]) == (["cell.f.weight", "cell.f.bias"], True)


@pytest.mark.parametrize("zeros", ["torch.zeros(x.size(0), 6)", "torch.zeros_like(x)", "torch.zeros(6)"])
def test_zeros_that_nothing_else_takes_in_are_a_mask(zeros: str) -> None:
    masked = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.side = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        keep = {zeros}
        return self.body(x) + self.side(x) * keep
"""
    (finding,) = diagnose_source(masked, shapes="4x6", loss="mean")["findings"]
    assert (finding["code"], finding["parameters"]) == ("ZER507", ["side.weight", "side.bias"])


def test_a_state_that_is_only_multiplied_never_leaves_zero() -> None:
    stuck = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.gate = nn.Linear(6, 6), nn.Linear(6, 6)

    def forward(self, x):
        h = torch.zeros(x.size(0), 6)
        for t in range(x.size(1)):
            h = h * torch.sigmoid(self.gate(x[:, t]))
        return self.body(x[:, 0]) + h
"""
    (finding,) = diagnose_source(stuck, shapes="4x3x6", loss="mean")["findings"]
    assert (finding["code"], finding["location"]["op"]) == ("ZER507", "aten::mul")
