"""The fixes of lost gradients are run, and heal; a leaf that hides a cut is told from the cut."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYER = "self.a = nn.Linear(6, 6)"

HEALED = [
    ("CUT101", "h = self.a(x).detach(); return h * self.p"),
    ("CUT101", "h = self.a(x); return (h.data * self.p).relu()"),
    ("CUT101", "h = self.a(x); h.detach_(); return h * self.p"),
    ("CUT103", "return self.a(x).argmax(dim=1).float() * self.p"),
    ("CUT103", "return self.p * (self.a(x) > 0.5).float()"),
    ("CUT104", "return (self.a(x) * 10).long().float() * self.p"),
    ("CUT105", "return torch.tensor(self.a(x).mean().item()) * self.p"),
    ("CUT105", "h = self.a(x)[0]; k = int(h.argmax()); w = torch.zeros(6); w[k] = float(h[k]); return w * self.p"),
    ("CUT105", "h = self.a(x); return torch.tensor([float(h[0, 0]), float(h[1, 1]), 2.0]).sum() * self.p"),
    ("CUT107", "h = self.a(x).detach().requires_grad_(); return h * self.p"),
    ("CUT107", "return torch.tensor(self.a(x).pow(2).mean().item(), requires_grad=True) * self.p"),
    ("CUT107", "h = (self.a(x) > 0.5).float().mean(); h.requires_grad_(); return h * self.p"),
    ("CUT107", "h = F.one_hot(self.a(x).argmax(1), 6).float(); h.requires_grad_(); return h * x * self.p"),
    ("IPL301", "y = torch.exp(self.a(x)) * self.p; z = y.sigmoid(); z[0] = 0.0; return z"),
    ("IPL301", "y = torch.exp(self.a(x)); y += self.p; return y"),
    ("IPL301", "y = torch.exp(self.a(x)) * self.p; z = torch.exp(y); z[:, 0].add_(1); return z"),
    ("ZER501", "h = self.a(x); return h.masked_fill(h > 0.1, 1.0).masked_fill(h <= 0.1, 0.0) * self.p"),
    ("IPL301", "y = self.a(x); z = y * y; y.add_(1.0); return z * self.p + y"),
    ("BWD402", "return self.a(x) * self.p"),
]


@pytest.mark.parametrize(("code", "body"), HEALED)
def test_fix_heals(code: str, body: str) -> None:
    loss = "output" if code == "BWD402" else "mean"
    finding = diagnose_source(net(body, LAYER), shapes="4x6", loss=loss)["findings"][0]
    assert (finding["code"], finding["fix"]["verified"]) == (code, True), finding["fix"]


WEIGHED = "v = self.a(x).mean(1); w = (x[:, 0] - v).detach(); actor = (self.p * w).mean(); "


@pytest.mark.parametrize(
    ("rest", "after"),
    [
        ("critic = w.pow(2).mean(); return critic - actor", "critic = (x[:, 0] - v).pow(2).mean()"),
        ("return actor", "w = (x[:, 0] - v)"),
        ("scaled = w / (w.std() + 1); return actor + (self.p * scaled).sum()", "w = (x[:, 0] - v)"),
    ],
)
def test_what_weighs_one_term_stays_detached_while_it_learns_from_its_own(rest: str, after: str) -> None:
    finding = diagnose_source(net(WEIGHED + rest, LAYER), shapes="4x6", loss="output")["findings"][0]
    assert (finding["code"], finding["location"]["op"]) == ("CUT101", "aten::detach")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


TARGET = "h = self.a(x); t = h.detach(); "
CRITIC = "h = self.a(x); y = self.p * h.detach(); v = self.c(h); w = x - v.detach(); c = v.detach().pow(2).mean(); "


@pytest.mark.parametrize(
    ("layers", "lines", "after"),
    [
        (LAYER, TARGET + "y = self.p * h.detach(); return F.mse_loss(y, t)", "y = self.p * h"),
        (LAYER, TARGET + "y = self.p * h.data; return (y @ t.t()).logsumexp(1).mean()", "y = self.p * h"),
        (f"{LAYER}; self.c = nn.Linear(6, 6)", CRITIC + "return (y * w).mean() + c", "c = v.pow(2).mean()"),
    ],
)
def test_of_several_detaches_the_one_that_is_no_target_is_the_fault(layers: str, lines: str, after: str) -> None:
    finding = diagnose_source(net(lines, layers), shapes="4x6", loss="output")["findings"][0]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("CUT101", True, after)
    healed = lines.replace(finding["location"]["source"], after)
    assert diagnose_source(net(healed, layers), shapes="4x6", loss="output")["verdict"] == "healthy"


def test_what_reads_the_value_before_the_detach_is_healthy() -> None:
    rest = "critic = (x[:, 0] - v).pow(2).mean(); return critic - actor"
    document = diagnose_source(net(WEIGHED + rest, LAYER), shapes="4x6", loss="output")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


@pytest.mark.parametrize(
    "body",
    [
        "s = torch.tensor(max(self.a(x).mean().item(), 0.5)); return s * self.p",
        "s = torch.tensor(max(float(self.a(x).mean()), 0.5)); return s * self.p",
        "s = torch.tensor(max(self.a(x).mean().item(), 0.5), requires_grad=True); return s * self.p",
    ],
)
def test_no_line_is_shown_that_gives_a_tensor_to_a_function_of_numbers(body: str) -> None:
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6")["findings"]
    assert (finding["parameters"], finding["fix"]["after"]) == (["a.weight", "a.bias"], None)


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (
            "m = (torch.sigmoid(self.a(x)) > 0.5).float().requires_grad_(True)\nreturn m * self.p",
            "m = torch.sigmoid(self.a(x))",
        ),
        ("m = (self.a(x) > 0).float()\nm.requires_grad_()\nreturn m * self.p", "m = torch.sigmoid(self.a(x))\n"),
        ("k = self.a(x).argmax(1)\nm = F.one_hot(k, 6).float().requires_grad_()\nreturn m * self.p", None),
    ],
)
def test_without_a_leaf_the_line_shown_is_soft_too(lines: str, after: str | None) -> None:
    body = lines.replace("\n", "\n        ")
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == ("CUT107", True, after)
    if after is not None:
        healed = body.replace(finding["fix"]["before"].replace("\n", "\n        "), after.strip())
        assert diagnose_source(net(healed, LAYER), shapes="4x6")["verdict"] == "healthy"


def test_leaf_beside_a_live_path_is_harmless() -> None:
    body = "h = self.a(x); z = h.detach().requires_grad_(); return h * self.p + z"
    document = diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


def test_no_line_is_left_that_only_names_what_it_had() -> None:
    body = "loss = self.a(x).mean() * self.p; loss = torch.tensor(loss.item(), requires_grad=True); return loss"
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"]
    assert (finding["code"], finding["location"]["op"], finding["fix"]["after"]) == ("CUT107", "aten::tensor", "")


def test_straight_through_estimate_is_not_taken_away() -> None:
    body = "e = self.a(x); q = e + (self.p - e).detach(); return q"
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")["findings"]
    assert (finding["code"], finding["parameters"], finding["fix"]["verified"]) == ("CUT101", ["p"], None)
    assert "straight-through" in finding["fix"]["summary"]


def test_a_cut_behind_straight_through_estimates_is_the_one_that_costs() -> None:
    estimate = "h = h + (h.tanh() - h).detach()"
    body = f"h = self.a(x); {estimate}; h = self.b(h); {estimate}; h = h.detach(); return h * self.p"
    source = net(body, f"{LAYER}; self.b = nn.Linear(6, 6)")
    (finding,) = diagnose_source(source, shapes="4x6")["findings"]
    assert (finding["code"], finding["location"]["source"]) == ("CUT101", "h = h.detach()")
    assert finding["parameters"] == ["a.weight", "a.bias", "b.weight", "b.bias"]
    assert (finding["fix"]["verified"], finding["related"]) == (True, [])


def test_an_estimate_that_is_compared_gives_way_to_what_it_estimates() -> None:
    body = "e = self.a(x); q = e + (self.b(x) - e).detach(); return F.mse_loss(q, e.detach()) + q.sum() * self.p"
    (finding,) = diagnose_source(net(body, f"{LAYER}; self.b = nn.Linear(6, 6)"), shapes="4x6", loss="output")[
        "findings"
    ]
    assert (finding["code"], finding["parameters"]) == ("CUT101", ["b.weight", "b.bias"])
    assert finding["fix"]["verified"] is True


def test_a_position_is_interpolated() -> None:
    body = "i = (self.a(x) * 2).clamp(0, 5).long(); return self.t[i] * self.p"
    source = net(body, f"{LAYER}; self.t = nn.Parameter(torch.randn(6))")
    (finding,) = diagnose_source(source, shapes="4x6", loss="auto")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT104", True)
    assert finding["fix"]["summary"].startswith("interpolate")


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        (["s = torch.sigmoid(self.a(x))", "return (s > 0.5).float()"], "return s"),
        (["s = torch.sigmoid(self.a(x))", "return torch.where(s < 0.5, 1.0, 0.0)"], "return 1 - s"),
        (["return (self.a(x) > 0.5).float()"], "return torch.sigmoid(self.a(x) - 0.5)"),
        (
            ["return (self.a(x) > 0.1).float() * self.p"],
            "soft = torch.sigmoid(self.a(x) - 0.1)\nreturn ((self.a(x) > 0.1).float() + soft - soft.detach()) * self.p",
        ),
        (
            ["return 2 * torch.round(torch.sigmoid(self.a(x)))"],
            "soft = torch.sigmoid(self.a(x))\nreturn 2 * (soft + (torch.round(soft) - soft).detach())",
        ),
    ],
)
def test_a_share_in_place_of_yes_and_no_is_shown(lines: list[str], after: str) -> None:
    document = diagnose_source(net("; ".join(lines), LAYER), shapes="4x6")
    finding = next(f for f in document["findings"] if f["code"] in ("CUT103", "ZER501"))
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


@pytest.mark.parametrize(
    ("body", "source", "after"),
    [
        (
            "h = h + (h.round() - h).detach(); y = x * self.p; y.detach()[1:].copy_(h[1:]); return y",
            "y.detach()[1:].copy_(h[1:])",
            "y[1:].copy_(h[1:])",
        ),
        ("h=h.detach(); return h * self.p", "h=h.detach()", ""),
    ],
)
def test_the_detach_that_ends_the_history_is_the_one_that_goes(body: str, source: str, after: str) -> None:
    finding = diagnose_source(net(f"h = self.a(x); {body}", LAYER), shapes="4x6", loss="mean")["findings"][0]
    assert (finding["code"], finding["location"]["source"]) == ("CUT101", source)
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, after)


def test_who_samples_by_a_learnt_distribution_is_told_to_interpolate() -> None:
    body = "c = self.a(x).softmax(-1).cumsum(-1); i = torch.searchsorted(c, x.sigmoid()); i = i.clamp(0, 5); "
    (found,) = diagnose_source(net(body + "return x.gather(1, i) * self.p", LAYER), shapes="4x6")["findings"]
    assert (found["code"], found["location"]["op"]) == ("CUT103", "aten::searchsorted")
    assert found["fix"]["summary"].startswith("interpolate between the two neighbours")


@pytest.mark.parametrize(("function", "fixed"), [("modified_bessel_i1", True), ("bessel_j0", None)])
def test_a_smooth_function_that_torch_does_not_differentiate_is_called_so(function: str, fixed: bool | None) -> None:
    body = f"h = F.softplus(self.a(x)); return torch.special.{function}(h) * self.p"
    (finding,) = diagnose_source(net(body, LAYER), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == ("CUT103", fixed)
    assert "knows no derivative" in finding["message"]


def test_the_same_function_with_a_derivative_is_healthy() -> None:
    body = "h = F.softplus(self.a(x)); return torch.special.i1(h) * self.p"
    assert diagnose_source(net(body, LAYER), shapes="4x6")["findings"] == []


BURN_IN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Parameter(torch.zeros(6))
        self.cell, self.other = nn.GRUCell(4, 6), nn.GRUCell(4, 6)

    def forward(self, x):
        h = self.first.expand(x.size(1), -1)
        with torch.no_grad():
            for t in range(2):
                h = self.cell(x[t], h)
        for t in range(2, x.size(0)):
            h = self.LATER(x[t], h)
        return h
"""


@pytest.mark.parametrize(("later", "kept"), [("cell", True), ("other", False)])
def test_a_region_in_which_a_recurrence_begins_is_kept(later: str, kept: bool) -> None:
    found = diagnose_source(BURN_IN.replace("LATER", later), shapes="5x3x4")["findings"]
    finding = next(f for f in found if f["code"] == "CUT102")
    assert (finding["fix"]["verified"], finding["fix"]["after"]) == (True, None if kept else "")
    assert finding["fix"]["summary"].startswith("keep the region") is kept


def test_the_weight_of_a_loss_that_has_no_derivative_for_it_stays_detached() -> None:
    body = "return F.cross_entropy(self.a(x) * self.p, torch.tensor([0, 1, 2, 3]), weight=self.w.exp().detach())"
    (finding,) = diagnose_source(
        net(body, "self.a = nn.Linear(6, 4); self.w = nn.Parameter(torch.ones(4))"), shapes="4x6"
    )["findings"]
    assert (finding["code"], finding["parameters"], finding["fix"]["verified"]) == ("CUT101", ["w"], True)
    assert finding["fix"]["summary"].startswith("keep it detached, for cross_entropy_loss has no derivative")


def test_a_region_whose_layers_learn_elsewhere_is_no_beginning() -> None:
    init = "self.enc, self.proj = nn.Linear(6, 6), nn.Linear(6, 6)"
    body = "with torch.no_grad():\n            t = self.proj(self.enc(x * 2)); return self.enc(x) * t * self.p"
    (finding,) = diagnose_source(net(body, init), shapes="4x6")["findings"]
    assert (finding["code"], finding["fix"]["after"]) == ("CUT102", "")
