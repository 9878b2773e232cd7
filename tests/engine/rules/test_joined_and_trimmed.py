"""Vectors beside maps, letters that an operand lacks, what a trace trims, and ends of a line that are learnt."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net, only


@pytest.mark.parametrize(
    ("dim", "behind", "after"),
    [
        ("1", "nn.Linear(9, 3)", "torch.cat([self.c(x).mean(dim=(2, 3)), v], 1)"),
        ("-1", "nn.Linear(9, 3)", "torch.cat([self.c(x).mean(dim=(2, 3)), v], -1)"),
        ("1", "nn.Conv2d(9, 3, 1)", "torch.cat([self.c(x), v[:, :, None, None].expand(-1, -1, 6, 5)], 1)"),
    ],
)
def test_the_layer_behind_says_whether_the_map_is_pooled(dim: str, behind: str, after: str) -> None:
    init = f"self.c = nn.Conv2d(3, 5, 1); self.h = {behind}"
    source = net(f"y = torch.cat([self.c(x), v], {dim}); return self.h(y) * self.p", init, "x, v")
    finding = only(diagnose_source(source, shapes="2x3x6x5; 2x4"))
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("SHP705", True, f"y = {after}")
    assert not unhealed(source, {"shapes": "2x3x6x5; 2x4"})


def test_a_letter_that_an_operand_has_no_dimension_for_is_left_out() -> None:
    body = 'return torch.einsum("bnip,npq->bniq", x, self.w) * self.p'
    finding = only(diagnose_source(net(body, "self.w = nn.Parameter(torch.ones(4, 3))"), shapes="2x5x6x4"))
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP715", True)
    assert "bnip,pq->bniq" in finding["fix"]["after"]


def test_a_letter_is_kept_where_two_could_go() -> None:
    body = 'return torch.einsum("bnip,npq->bniq", x, self.w) * self.p'
    finding = only(diagnose_source(net(body, "self.w = nn.Parameter(torch.ones(4, 4))"), shapes="2x4x6x4"))
    assert "write" not in finding["fix"]["summary"]


@pytest.mark.parametrize("dilation", [1, 3])
def test_a_causal_convolution_keeps_the_steps_that_came(dilation: int) -> None:
    init = f"self.c = nn.Conv1d(3, 4, 3, padding={2 * dilation}, dilation={dilation})"
    source = net("n = int(x.shape[-1]); return self.c(x)[:, :, :n] * self.p", init)
    traced = {"export": "trace 2x3x10"}
    (finding,) = diagnose_source(source, shapes="2x3x16", **traced)["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("SHP712", True)
    assert "only the first 10 of 16 steps are read" in finding["title"]
    assert diagnose_source(source, shapes="2x3x10", **traced)["verdict"] == "healthy"


def test_a_crop_that_is_not_as_long_as_the_example_is_meant() -> None:
    source = net("return self.c(x)[:, :, :4] * self.p", "self.c = nn.Conv1d(3, 4, 3, padding=2)")
    assert diagnose_source(source, shapes="2x3x16", export="trace 2x3x10")["verdict"] == "healthy"


def test_a_line_between_learnt_ends_is_written_out() -> None:
    init = "self.a = nn.Parameter(torch.zeros(())); self.b = nn.Parameter(torch.ones(()))"
    source = net("return (x - torch.linspace(self.a, self.b, 5)).pow(2) * self.p", init)
    (finding,) = diagnose_source(source, shapes="3x5")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("BWD404", True)


DISTILLED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.small, self.large = nn.Linear(6, 5), nn.Linear(6, 5).requires_grad_(False)

    def forward(self, x, y):
        with torch.no_grad():
            teacher = self.large(x)
        student = self.small(x)
        soft = F.kl_div(F.log_softmax(COMPARED / 2.0, dim=-1), F.softmax(teacher / 2.0, dim=-1), reduction="batchmean")
        return soft + F.cross_entropy(student, y)
"""


def test_a_loss_of_constants_is_a_term_that_trains_nothing() -> None:
    asked = {"shapes": "4x6; 4:int64[0,5)", "loss": "output"}
    first = diagnose_source(DISTILLED.replace("COMPARED", "teacher"), **asked)["findings"][0]
    assert (first["code"], first["location"]["op"], first["fix"]["verified"]) == ("CUT108", "aten::kl_div", True)
    assert first["parameters"] == ["small.weight", "small.bias"]
    assert diagnose_source(DISTILLED.replace("COMPARED", "student"), **asked)["verdict"] == "healthy"


def test_what_was_put_behind_a_mended_layer_is_a_part_of_it() -> None:
    init = "self.norm = nn.BatchNorm1d(6); self.fc = nn.Linear(6, 5)"
    body = "h = self.norm(x); return F.cross_entropy(self.fc(h[:, -1]), y) * self.p.sum()"
    document = diagnose_source(net(body, init, "x, y"), shapes="3x7x6; 3x1:int64[0,5)", loss="output")
    assert [f["code"] for f in document["findings"]] == ["SHP709", "SHP713"]
    assert all(f["fix"]["verified"] for f in document["findings"])
