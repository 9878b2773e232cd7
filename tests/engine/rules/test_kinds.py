"""Kernels, indices and sizes of another kind than what reads them takes."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only


@pytest.mark.parametrize(
    ("kernel", "shape", "other"), [("(1, 2)", "2x3x5x7", "Conv2d"), ("(1, 2, 1)", "2x3x5x7x4", "Conv3d")]
)
def test_a_kernel_in_brackets_makes_a_convolution_of_its_dimensions(kernel: str, shape: str, other: str) -> None:
    source = net("return self.c(x) * self.p", f"self.c = nn.Conv1d(3, 4, kernel_size={kernel})")
    finding = only(diagnose_source(source, shapes=shape))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP703", True)
    assert finding["fix"]["after"] == f"nn.{other}(...)"


def test_a_kernel_that_is_plain_keeps_its_convolution() -> None:
    source = net("return self.c(x) * self.p", "self.c = nn.Conv1d(3, 4, 2)")
    finding = only(diagnose_source(source, shapes="2x3x5x7"))
    assert "in place of nn.Conv1d" not in finding["fix"]["summary"]


def test_all_indices_of_a_type_are_converted_together() -> None:
    init = (
        "self.register_buffer('i', torch.stack([torch.linspace(0, 3, 4)] * 2)); self.t = nn.Parameter(torch.rand(4, 4))"
    )
    finding = only(diagnose_source(net("return x + self.t[self.i[0], self.i[1]] * self.p", init), shapes="2x4"))
    assert (finding["code"], finding["fix"]["verified"]) == ("TYP802", True)
    assert "each of the 2 indices" in finding["fix"]["summary"]


def test_what_is_added_in_place_loses_its_first_axis() -> None:
    source = net("s = torch.zeros(x.size(0)); s += self.a(x).t(); return s * self.p", "self.a = nn.Linear(5, 1)")
    finding = only(diagnose_source(source, shapes="6x5"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP706", True)
    assert finding["fix"]["after"] == "s += self.a(x).t().squeeze(0)"
    assert not unhealed(source, {"shapes": "6x5"})


COUNTED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(5, 3)

    def forward(self, x):
        rows = torch.zeros(len(x), 3)
        chosen = torch.nonzero(x.sum(1) > -1e9).squeeze(1)
        return rows.index_copy(0, chosen, self.net(x[chosen]))
"""


def test_a_trace_counts_up_to_more_rows_than_it_wrote_down() -> None:
    findings = diagnose_source(COUNTED, shapes="6x5", export="trace 4x5")["findings"]
    assert [(f["code"], f["fix"]["verified"]) for f in findings] == [("SHP712", True)]


def test_rows_that_stay_whole_are_put_in_groups() -> None:
    source = net(
        "return self.a(self.b(x).view(-1, 4, 8)) * self.p", "self.a = nn.Linear(8, 2); self.b = nn.Linear(5, 8)"
    )
    assert diagnose_source(source, shapes="12x5")["verdict"] == "healthy"


@pytest.mark.parametrize(
    ("made", "codes"),
    [
        ("self.h = torch.randn(1, 1, 6) * 0.1", ["PAR206"]),
        ("self.h = torch.zeros(1, 1, 6)", []),
        ("self.h = nn.Parameter(torch.randn(1, 1, 6))", []),
    ],
)
def test_a_first_state_that_was_drawn_was_to_be_learnt(made: str, codes: list[str]) -> None:
    body = "h = self.r(x, self.h.expand(1, x.size(0), -1).contiguous())[0]; return self.o(h[:, -1]) * self.p"
    source = net(body, f"{made}; self.r = nn.GRU(5, 6, batch_first=True); self.o = nn.Linear(6, 2)")
    assert [f["code"] for f in diagnose_source(source, shapes="4x7x5")["findings"]] == codes


def test_pixels_are_brought_to_one_where_no_clamp_is_enough() -> None:
    body = "x = x.float(); z = x * self.a(x).exp(); z = z * self.b(z).exp(); return (z * self.p).square().mean()"
    source = net(body, "self.a = nn.Linear(8, 8); self.b = nn.Linear(8, 8)")
    finding = diagnose_source(source, shapes="4x8:int64[0,256)", loss="output")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == ("NUM601", True)
