"""Hard operations made soft: what chooses gives weights, what compares a share, and what reads them is changed too."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source, observe_source
from tests.engine.rules.small import net

from whygrad.engine.diagnose import diagnose
from whygrad.engine.observation import Json

LAYERS = "self.a = nn.Linear(6, 5); self.table = nn.Parameter(torch.randn(5, 6)); self.e = nn.Embedding(7, 3)"


def cut(body: str, init: str = LAYERS, takes: str = "x", **example: str) -> dict[str, Json]:
    """The fix of the cut in a program with a line or two of forward."""
    document = diagnose_source(net(body, init, takes), **{"shapes": "4x6", "loss": "mean"} | example)
    return next(f["fix"] for f in document["findings"] if f["code"] == "CUT103")


READERS = {
    "one_hot": "F.one_hot(self.a(x).argmax(1), 5).float() * self.p",
    "row of a table": "self.table[self.a(x).argmax(dim=-1)]",
    "one in each row": "(x.flip(1) * self.p)[torch.arange(4), self.a(x).argmax(1)]",
    "index_select": "self.table.index_select(0, self.a(x).argmax(1))",
    "embedding": "self.e(self.a(x).argmax(1))",
    "gather": "(x * self.p).gather(1, self.a(x).argmax(1, keepdim=True))",
    "scatter": "torch.zeros(4, 5).scatter(1, self.a(x).argmax(1).unsqueeze(-1), 1.0) * self.p",
    "scatter_": "(torch.zeros(4, 5) * self.p).scatter_(1, self.a(x).argmax(1).unsqueeze(1), 1.0)",
    "counts": "torch.bincount(self.a(x).argmax(1), minlength=5).float() * self.p",
    "position": "self.a(x).argmax(1).float() * self.p",
    "position from the end": "(5 - self.a(x).argmin(1)) * self.p",
    "position of all": "self.a(x).argmax().float() * self.p",
    "indices of max": "self.a(x).max(dim=1)[1].float() * self.p",
    "indices of topk": "self.a(x).topk(2, dim=1)[1][:, 0].float() * self.p",
    "indices of sort": "torch.sort(self.a(x), dim=1)[1].float() * self.p",
    "ranks": "self.a(x).argsort(1).argsort(1).float() * self.p",
    "draw": "torch.multinomial(torch.softmax(self.a(x), 1), 2).float() * self.p",
    "interval": "self.e(torch.bucketize(self.a(x), torch.linspace(-1.0, 1.0, 6)))",
    "interval, searched": "torch.searchsorted(torch.linspace(-1.0, 1.0, 6), self.a(x)).float() * self.p",
    "histogram": "torch.histc(self.a(x), bins=8, min=-2.0, max=2.0) * self.p",
    "histogram of its range": "torch.histc(self.a(x), bins=8) * self.p",
    "count": "torch.count_nonzero(F.relu(self.a(x)), dim=1).float() * self.p",
    "indices of median": "self.a(x).median(dim=1)[1].float() * self.p",
    "bits of a number": "self.e((self.a(x)[:, :2] > 0).long().sum(1))",
    "gate": "(self.a(x) > 0.1).float() * self.p",
    "blend": "torch.where(self.a(x) > 0.1, self.p, 2 * self.p)",
    "fill": "(x[:, :5] * self.p).masked_fill(~(self.a(x) <= 0.1), 0.0)",
    "both": "((self.a(x) > 0.1) & (self.a(x) < 0.5)).float() * self.p",
    "either": "torch.logical_or(self.a(x) > 0.6, self.a(x) < -0.6).long() * self.p",
}


def test_ones_that_are_written_by_a_comparison_are_blended() -> None:
    fix = cut("out = torch.zeros(4, 5); out[self.a(x) > 0] = 1.0; return out * self.p")
    assert fix["verified"] is True, fix


@pytest.mark.parametrize("rounded", ["torch.round(d)", "d"])
def test_rows_that_are_repeated_by_what_was_computed_are_upsampled_softly(rounded: str) -> None:
    body = (
        f"d = self.a(x)[:, 0].exp() + 1.0; d = ({rounded}).long(); return torch.repeat_interleave(x * self.p, d, dim=0)"
    )
    document = diagnose_source(net(f"{body}.mean(0)", "self.a = nn.Linear(6, 5)"), shapes="4x6", loss="mean")
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT104", True), finding["fix"]
    assert "Gaussian upsampling" in finding["fix"]["summary"]


def test_a_place_that_is_rounded_before_the_cast_is_passed_straight_through_too() -> None:
    body = "i = (self.a(x) * 2 + 3).round().clamp(0, 6).long(); return self.e(i) * self.p"
    document = diagnose_source(net(body, "self.a = nn.Linear(6, 5); self.e = nn.Embedding(7, 3)"), shapes="4x6")
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT104", True)
    assert "straight through" in finding["fix"]["summary"]


@pytest.mark.parametrize("value", READERS.values(), ids=READERS)
def test_what_reads_a_choice_takes_weights(value: str) -> None:
    fix = cut(f"return ({value}) + 0 * (self.table.sum() + self.e.weight.sum() + self.p)", loss="auto")
    assert fix["verified"] is True, fix


def test_a_step_from_one_choice_to_the_next_is_weighed_by_both() -> None:
    fix = cut("b = self.a(x).argmax(1); return self.table[b[:3], b[1:]] * self.p")
    assert fix["verified"] is True, fix


def test_a_class_that_is_counted_is_weighed() -> None:
    body = "return (self.a(x).argmax(1) != y).float().mean() * self.p.detach()"
    fix = cut(body, "self.a = nn.Linear(6, 5)", "x, y", shapes="4x6;4:int64[0,5)", loss="output")
    assert (fix["verified"], "softmax" in fix["summary"]) == (True, True)


def test_a_gate_stays_hard_and_a_loss_gets_smooth() -> None:
    assert "straight-through" in cut("return (self.a(x) > 0.1).float() * self.p")["summary"]
    loss = cut("m = (self.a(x) > 0.1).float(); return m.mean()", "self.a = nn.Linear(6, 5)", loss="output")
    assert (loss["before"], loss["after"]) == (
        "m = (self.a(x) > 0.1).float()",
        "m = torch.sigmoid(self.a(x) - 0.1)",
    )


def test_a_mask_that_picks_elements_for_more_than_a_sum_is_left_in_words() -> None:
    fix = cut("h = self.a(x); return F.relu(torch.ones(4, 5)[h > 0.0]).mean() * self.p")
    assert (fix["verified"], fix["after"]) == (None, None)


ROUTER = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.router = nn.Linear(6, 3)
        self.experts = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])

    def forward(self, x):
        k = self.router(x).argmax(dim=-1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            mask = k == i
            {body}
        return out
"""


@pytest.mark.parametrize(
    "body",
    [
        "out[mask] = expert(x[mask])",
        "if mask.any(): out[mask] += expert(x[mask])",
        "out = torch.where(mask.unsqueeze(-1), expert(x), out)",
        "out = out + mask.unsqueeze(-1).float() * expert(x)",
    ],
)
def test_experts_are_weighed_by_the_probability_of_their_choice(body: str) -> None:
    (finding,) = diagnose_source(ROUTER.format(body=body), shapes="8x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT103", True)
    assert "8 of 8 parameters" in finding["fix"]["evidence"]


@pytest.mark.parametrize(
    ("choice", "shares"),
    [
        ("k = self.router(x).argmax(dim=-1)", "torch.softmax(self.router(x), dim=-1)"),
        ("p = self.router(x).softmax(-1); k = p.max(dim=1)[1]", "p"),
        ("s = self.router(x); k = s.topk(1).indices.squeeze(-1)", None),
    ],
)
def test_the_weight_of_an_expert_is_shown_in_names_of_the_user(choice: str, shares: str | None) -> None:
    source = ROUTER.format(body="out[mask] = expert(x[mask])").replace("k = self.router(x).argmax(dim=-1)", choice)
    fix = next(f["fix"] for f in diagnose_source(source, shapes="8x6")["findings"] if f["code"] == "CUT103")
    if shares is not None:
        assert fix["after"] == f"out[mask] = {shares}[..., i][mask].unsqueeze(-1) * expert(x[mask])"
    assert unhealed(source, {"shapes": "8x6"}) == []


@pytest.mark.parametrize(
    ("choice", "body", "after"),
    [
        ("k = self.router(x).argmax(dim=-1); x = x.tanh()", "out[mask] = expert(x[mask])", None),
        ("k = (self.router(x) + torch.randn(8, 3)).argmax(dim=-1)", "out[mask] = expert(x[mask])", None),
        (
            "p = self.router(x).softmax(-1); k = p.argmax(dim=-1)",
            "out[mask] = expert(x[mask]) + out[mask]",
            "out[mask] = p[..., i][mask].unsqueeze(-1) * expert(x[mask]) + out[mask]",
        ),
    ],
)
def test_a_weight_is_shown_where_it_is_the_one_of_the_choice(choice: str, body: str, after: str | None) -> None:
    source = ROUTER.format(body=body).replace("k = self.router(x).argmax(dim=-1)", choice)
    fix = next(f["fix"] for f in diagnose_source(source, shapes="8x6")["findings"] if f["code"] == "CUT103")
    assert (fix["verified"], fix["after"]) == (True, after)


def test_the_best_experts_are_weighed_by_the_probability_of_their_choice() -> None:
    source = ROUTER.format(body="out[mask] += expert(x[mask])").replace("argmax(dim=-1)", "topk(2)[1]")
    source = source.replace("mask = k == i", "mask = (k == i).any(-1)")
    fix = next(f["fix"] for f in diagnose_source(source, shapes="8x6")["findings"] if f["code"] == "CUT103")
    assert (fix["verified"], "8 of 8 parameters" in fix["evidence"]) == (True, True)
    assert unhealed(source, {"shapes": "8x6"}) == []
    (found,) = (d.finding for d in diagnose(observe_source(source, shapes="8x6")) if d.rule.code == "CUT103")
    puts = [e.expression for e in (found.fix.edits if found.fix else ()) if "index_put" in getattr(e, "expression", "")]
    assert len(puts) == 3
    assert all("self[indices_0 > 0] + (values - self[indices_0 > 0]) * " in put for put in puts)


@pytest.mark.parametrize(
    ("chosen", "after"),
    [
        ("p > 0.5, torch.ones_like(p), torch.zeros_like(p)", "p"),
        ("p > 0.5, 0.0, 1.0", "1 - p"),
        ("p < 0.5, torch.zeros_like(p), torch.ones_like(p)", "p"),
        ("p > 0.5, 3 * x[:, :5], 0.0", "p * (3 * x[:, :5])"),
        (
            "p > 0.5, torch.ones_like(p) * 3, torch.zeros_like(p) - 1",
            "p * (torch.ones_like(p) * 3) + (1 - p) * (torch.zeros_like(p) - 1)",
        ),
        ("p[:, :1] > 0.5, torch.ones_like(p), 0.0", "torch.sigmoid(p[:, :1] - 0.5) * torch.ones_like(p)"),
    ],
)
def test_a_blend_is_written_plainly_and_keeps_its_numbers(chosen: str, after: str) -> None:
    source = net(f"p = torch.sigmoid(self.a(x)); return torch.where({chosen})", "self.a = nn.Linear(6, 5)")
    example = {"shapes": "4x6", "loss": "mean"}
    fix = next(f["fix"] for f in diagnose_source(source, **example)["findings"] if f["code"] == "CUT103")
    assert (fix["verified"], fix["after"]) == (True, f"return {after}")
    assert unhealed(source, example) == []


@pytest.mark.parametrize("made", ["self.b(x)", "x[:, :5].sigmoid()"])
def test_what_is_written_twice_gets_a_name_that_is_free(made: str) -> None:
    body = f"soft = {made}; a = 0.0; b = 2.0; c = 3.0; d = 4.0; h = self.a(x) + a * b * c * d; "
    body += "m = (h + 1 > 0.1).float(); k = x[:, :5] * 0; l = k * 0; n = l * 0; return m * (soft + n) * self.p"
    source = net(body, "self.a = nn.Linear(6, 5); self.b = nn.Linear(6, 5)")
    example = {"shapes": "4x6", "loss": "mean"}
    fix = next(f["fix"] for f in diagnose_source(source, **example)["findings"] if f["code"] == "CUT103")
    assert fix["after"].startswith("soft_ = torch.sigmoid(h + 1 - 0.1)\nm = ")
    assert unhealed(source, example) == []


def test_positions_along_an_axis_are_interpolated_where_a_cast_rounds_them() -> None:
    document = diagnose_source(
        """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = nn.Conv1d(3, 1, 3, padding=1)
        self.out = nn.Conv1d(3, 2, 1)

    def forward(self, x):
        n = x.size(2)
        place = torch.clamp(torch.arange(n, dtype=x.dtype) + 3.0 * self.shift(x), 0.0, float(n - 1))
        nearest = (place + 0.5).long().expand(x.size(0), x.size(1), n)
        return self.out(torch.gather(x, 2, nearest))
""",
        shapes="2x3x8",
    )
    (finding,) = document["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT104", True)
    assert finding["fix"]["summary"].startswith("interpolate")
    assert "4 of 4 parameters" in finding["fix"]["evidence"]
