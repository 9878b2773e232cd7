"""The fixes of zeros and of drifting gradients are made and run."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

LAYER = "self.a = nn.Linear(6, 6)"

HEALED = {
    "drawn": ("ZER501", "h = self.a(x); return torch.normal(h, h.abs() + 0.1) * self.p"),
    "floor of a quotient": ("ZER501", 'return torch.div(self.a(x), 0.1, rounding_mode="floor") * self.p'),
    "decimals": ("ZER501", "return torch.round(self.a(x), decimals=1) * self.p"),
    "softmax": ("ZER502", "return torch.softmax(self.a(x) * 1e6, 1) * self.p"),
    "one logit": ("ZER503", "return F.layer_norm(self.a(x)[:, :1], [1]) * self.p + self.p"),
    "sum of a softmax": ("ZER504", "return torch.softmax(self.a(x), 1).sum() * self.p"),
    "mean of a norm": ("ZER504", "return F.layer_norm(self.a(x), [6]).mean() * 1.0 + self.p.sum()"),
    "centred": ("ZER504", "h = self.a(x); return (h - h.mean(1, keepdim=True)).sum() + self.p.sum()"),
}


def fix(body: str, init: str = LAYER, takes: str = "x", **example: str) -> tuple[str, dict[str, Json]]:
    """The code of the first fault of a program, and what was seen of its fix."""
    document = diagnose_source(net(body, init, takes), **{"shapes": "4x6", "loss": "auto"} | example)
    return document["findings"][0]["code"], document["findings"][0]["fix"]


@pytest.mark.parametrize(("code", "body"), HEALED.values(), ids=HEALED)
def test_fix_heals(code: str, body: str) -> None:
    found, told = fix(body)
    assert (found, told["verified"]) == (code, True), told


@pytest.mark.parametrize("cut", ["floor", "trunc"])
def test_a_quotient_is_cut_as_it_was(cut: str) -> None:
    _, told = fix(f'return torch.div(self.a(x), 0.1, rounding_mode="{cut}") * self.p')
    assert f"q + (q.{cut}() - q).detach()" in told["summary"]


SKIPPED = {
    "nansum": "return torch.nansum(torch.sqrt(self.a(x)), dim=1).mean() * self.p[0]",
    "nanmedian": "return torch.nanmedian(torch.sqrt(self.a(x)), dim=1)[0].mean() * self.p[0]",
}


@pytest.mark.parametrize("name", SKIPPED)
def test_what_a_sum_leaves_out_is_hidden_by_it(name: str) -> None:
    document = diagnose_source(net(SKIPPED[name], LAYER), shapes="4x6", loss="output")
    found = document["findings"][0]
    assert (found["code"], found["location"]["op"]) == ("NUM603", "aten::sqrt")
    assert f"{name} hides what sqrt does" in found["title"]


def test_a_sum_that_leaves_nothing_out_hides_nothing() -> None:
    body = "return torch.nansum(torch.sqrt(self.a(x).square() + 1e-3), dim=1).mean() * self.p[0]"
    assert diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"] == []


def test_a_fault_that_leaves_another_says_so() -> None:
    body = "h = self.a(x); a = torch.exp(h * 1000); b = torch.exp(h * 900); return (a / (a + b)).mean() * self.p[0]"
    document = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")
    assert {f["code"] for f in document["findings"]} == {"NUM601"}
    assert "another fault is left" in document["findings"][0]["fix"]["evidence"]


def test_a_bound_that_all_exceed_is_moved() -> None:
    code, told = fix("return torch.clamp(self.a(x), -20.0, -10.0) * self.p")
    assert (code, told["verified"], told["before"]) == (
        "ZER502",
        True,
        "return torch.clamp(self.a(x), -20.0, -10.0) * self.p",
    )
    moved = float(told["after"].partition("-20.0, ")[2].partition(")")[0])
    assert 0.5 < moved < 10.0


def test_a_bound_that_is_computed_stays() -> None:
    _, told = fix("return torch.clamp(self.a(x), 50.0 * 2, 100.0 * 2) * self.p")
    assert (told["verified"], told["after"]) == (True, None)


def test_what_is_centred_is_squared_before_it_is_summed() -> None:
    _, told = fix("h = self.a(x); return (h - h.mean(1, keepdim=True)).sum() + self.p[0]")
    assert told["after"] == "return (h - h.mean(1, keepdim=True)).square().sum() + self.p[0]"


def test_targets_that_are_all_left_out_are_sent_otherwise() -> None:
    body = "return F.cross_entropy(self.a(x), torch.full_like(y, -100), reduction='sum') + self.p.sum()"
    code, told = fix(body, takes="x, y", shapes="4x6;4:int64[0,5)", loss="output")
    assert (code, told["verified"]) == ("ZER507", True)


LOGARITHMS = {
    "softmax": ("torch.log(torch.softmax(self.a(x) * 400, 1))", "torch.log_softmax(self.a(x) * 400, 1)"),
    "sigmoid": ("torch.log(torch.sigmoid(self.a(x) * 400))", "F.logsigmoid(self.a(x) * 400)"),
}


@pytest.mark.parametrize(("written", "meant"), LOGARITHMS.values(), ids=LOGARITHMS)
def test_the_logarithm_of_a_probability_is_taken_in_one(written: str, meant: str) -> None:
    code, told = fix(f"return {written}.mean() * self.p[0]", loss="output")
    assert (code, told["verified"]) == ("NUM601", True)
    assert told["after"] == f"return {meant}.mean() * self.p[0]"


def test_the_largest_is_taken_away_before_a_softmax_that_is_written_out() -> None:
    body = (
        "s = self.a(x) + 100.0; e = torch.exp(s); return (e / e.sum(1, keepdim=True) + e / e.sum(1)[:, None]) * self.p"
    )
    code, told = fix(body)
    assert (code, told["verified"]) == ("NUM601", True)
    assert told["after"] == "e = torch.exp(s - s.detach().amax([1], True))"


def test_a_decomposition_is_reduced() -> None:
    code, told = fix(
        'q, r = torch.linalg.qr(self.a(x), mode="complete"); return r.pow(2).sum() * self.p[0]', shapes="8x6"
    )
    assert (code, told["verified"]) == ("BWD406", True)
    assert told["after"] == 'q, r = torch.linalg.qr(self.a(x), mode="reduced")'


DEEP = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(24, 24) for _ in range({depth})])
        for layer in self.layers:
            nn.init.normal_(layer.weight, std={std})
        self.head = nn.Linear(24, 1)

    def forward(self, x):
        for layer in self.layers:
            x = {activation}(layer(x))
        return self.head(x)
"""

DRIFTS = {
    "grows": ("NUM604", "F.relu", 1.5, 16, None),
    "shrinks": ("NUM605", "torch.tanh", 0.02, 16, None),
    "is squashed": ("NUM605", "torch.sigmoid", 0.2, 20, "x = torch.relu(layer(x))"),
}


@pytest.mark.parametrize(("code", "activation", "std", "depth", "after"), DRIFTS.values(), ids=DRIFTS)
def test_weights_are_scaled_to_keep_a_signal(
    code: str, activation: str, std: float, depth: int, after: str | None
) -> None:
    source = DEEP.format(activation=activation, std=std, depth=depth)
    (finding,) = diagnose_source(source, shapes="4x24", loss="auto")["findings"]
    assert (finding["code"], finding["fix"]["verified"], finding["fix"]["after"]) == (code, True, after)


@pytest.mark.parametrize("body", [body for code, body in HEALED.values() if code == "ZER504"])
def test_operands_are_shown_in_the_type_that_they_have(body: str) -> None:
    told = diagnose_source(net(body, LAYER), shapes="4x6", loss="auto")["findings"][0]
    assert {operand["dtype"] for operand in told["operands"]} == {"float32"}


@pytest.mark.parametrize(
    ("shapes", "line", "after"),
    [
        ("2x4", "torch.softmax(self.s(x), dim=1)", "torch.sigmoid(self.s(x))"),
        ("2x4", "F.softmax(self.s(x), 1)", "torch.sigmoid(self.s(x))"),
        ("2x4", "F.softmax(dim=-1, input=self.s(x) + 1)", "torch.sigmoid(self.s(x) + 1)"),
        ("2x4", "(self.s(x) + 1).softmax(1)", "(self.s(x) + 1).sigmoid()"),
        ("2x4", "self.softmax(self.s(x))", None),
        (
            "2x5x4",
            "F.softmax(self.s(x).sum(dim=2, keepdim=True), 2)",
            "F.softmax(self.s(x).sum(dim=2, keepdim=True), 1)",
        ),
    ],
)
def test_a_softmax_over_one_element_is_shown_with_what_it_was_given(shapes: str, line: str, after: str | None) -> None:
    init = "self.s = nn.Linear(4, 1); self.softmax = nn.Softmax(dim=-1)"
    source, example = net(f"return {line} * x * self.p", init), {"shapes": shapes, "loss": "mean"}
    (found,) = diagnose_source(source, **example)["findings"]
    assert (found["code"], found["fix"]["verified"]) == ("ZER503", True)
    assert found["fix"]["after"] == (f"return {after} * x * self.p" if after else None)
    assert unhealed(source, example) == []


def test_a_product_with_zeros_alone_has_no_condition_to_turn() -> None:
    body = "return (self.a(x) @ self.m).sigmoid() * self.p"
    init = "self.a = nn.Linear(6, 6); self.register_buffer('m', torch.zeros(6, 6))"
    finding = diagnose_source(net(body, init), shapes="4x6", loss="mean")["findings"][0]
    assert (finding["code"], "multiplies it with zeros alone" in finding["title"]) == ("ZER507", True)
    assert "condition" not in finding["fix"]["summary"]


SPOILT = {
    "deviation of one": (
        "h = self.a(x)[:1, :1].flatten(); return (h - 1) / (h.std() + 1.0) * self.p",
        "h = self.a(x)[:1, :1].flatten(); return (h - 1) / (h.var(unbiased=False).add(1e-12).sqrt() + 1.0) * self.p",
    ),
    "mean of none": (
        "h = self.a(x); return h[h > 100].mean() + (h * self.p).sum()",
        "return h[h > 100].sum() / max(h[h > 100].numel(), 1) + (h * self.p).sum()",
    ),
    "words without a path": (
        "h = torch.log_softmax(self.a(x), 1).unsqueeze(1); n = torch.tensor([4]);"
        "return F.ctc_loss(h, torch.ones(1, 4, dtype=torch.long), n, n) + (h * self.p).sum()",
        "return F.ctc_loss(h, torch.ones(1, 4, dtype=torch.long), n, n, zero_infinity=True) + (h * self.p).sum()",
    ),
    "two masks": (
        "m = torch.full((4, 6), -3e38); return torch.softmax(self.a(x) + (m + m), 1) * self.p",
        None,
    ),
    "power of the negative": ("return -(-self.a(x).abs() - 1.0) ** 0.5 * self.p", None),
    "counts of nothing": ("return torch.lgamma(torch.relu(self.a(x)) + self.p.abs() * 0) * x + self.p", None),
    "product beyond half": (
        "h = (self.a(x) + 200).half(); s = torch.matmul(h, h.t()) * 0.001; return s.float() * self.p",
        None,
    ),
    "logsumexp of nothing": (
        "m = torch.zeros_like(x); m[0] = -torch.inf; h = torch.stack([m - torch.inf, self.a(x) + m]);"
        "return torch.logsumexp(h, 0).exp() * self.p",
        None,
    ),
}


@pytest.mark.parametrize(("body", "after"), SPOILT.values(), ids=SPOILT)
def test_what_has_no_finite_result_is_computed_otherwise(body: str, after: str | None) -> None:
    document = diagnose_source(net(body, LAYER), shapes="4x6", loss="auto")
    (found,) = [f for f in document["findings"] if f["severity"] != "note"]
    assert (found["code"][:5], found["fix"]["verified"]) == ("NUM60", True), found
    assert after is None or found["fix"]["after"] == after.rpartition("; ")[2]
    assert unhealed(net(body, LAYER), {"shapes": "4x6", "loss": "auto"}) == []


def test_padding_that_wins_a_maximum_is_filled_with_what_loses() -> None:
    body = "h = self.a(x).masked_fill(x.argsort(1) == 0, 50.0); return h.max(1)[0] + (x * self.p).sum()"
    code, told = fix(body)
    assert (code, told["verified"], told["after"]) == (
        "ZER507",
        True,
        "h = self.a(x).masked_fill(x.argsort(1) == 0, -50.0)",
    )


EACH_LAYER = """
class Stage(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(6, 6)
        self.s = nn.Linear(6, 1)

    def forward(self, x):
        return x + {body}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([Stage(), Stage()])
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.out(x)
"""


@pytest.mark.parametrize(
    ("code", "body", "lost"),
    [("ZER503", "torch.softmax(self.s(x), 1) * self.f(x)", "s"), ("ZER501", "torch.round(self.s(x)) * self.f(x)", "s")],
)
def test_what_a_line_does_in_each_layer_is_one_fault(code: str, body: str, lost: str) -> None:
    (found,) = diagnose_source(EACH_LAYER.replace("{body}", body), shapes="4x6")["findings"]
    assert (found["code"], found["fix"]["verified"]) == (code, True), found
    assert found["parameters"] == [f"layers.{n}.{lost}.{kind}" for n in (0, 1) for kind in ("weight", "bias")]


INFINITE = {
    "scores divided by what is learnt": (
        "NUM602",
        "s = self.a(x).masked_fill(x > 0.5, float('-inf')); return torch.softmax(s / self.p.exp(), 1).square()",
        "s = self.a(x).masked_fill(x > 0.5, -1e9)",
    ),
    "a mask that is added before the scale": (
        "NUM602",
        "m = torch.full_like(x, -torch.inf).triu(1); return torch.softmax((self.a(x) + m) * self.p, 1).square()",
        "m = torch.full_like(x, -1e9).triu(1)",
    ),
    "rows that are masked whole": (
        "NUM601",
        "m = torch.arange(4).unsqueeze(1) == 0; s = self.a(x).masked_fill(m, -float('inf')); "
        "return torch.softmax(s, 1).square() * self.p",
        "s = self.a(x).masked_fill(m, -1e9)",
    ),
}
"""Infinities that were written down, and what cannot be computed with them; and a large number in their place."""


@pytest.mark.parametrize(("code", "body", "after"), INFINITE.values(), ids=INFINITE)
def test_what_masks_is_a_large_number(code: str, body: str, after: str) -> None:
    found, told = fix(body, loss="mean")
    assert (found, told["after"], told["verified"]) == (code, after, True)


def test_a_mask_behind_the_scale_is_left_alone() -> None:
    body = "s = self.a(x) * self.p; return torch.softmax(s.masked_fill(x > 0.9, float('-inf')), 1).square()"
    assert diagnose_source(net(body, LAYER), shapes="4x6", loss="mean")["verdict"] == "healthy"


def test_a_deviation_over_a_batch_of_one_wants_more_samples() -> None:
    code, told = fix("h = self.a(x); return (h - h.mean(0)) / h.std(0) * self.p", shapes="1x6")
    assert (code, told["verified"]) == ("NUM601", True)
    assert told["summary"].startswith("send more samples")


def test_equal_eigenvalues_are_parted_a_little() -> None:
    code, told = fix(
        "w = torch.linalg.eigh(self.m @ self.m.t())[1]; return (x @ w) * self.p", "self.m = nn.Parameter(torch.eye(6))"
    )
    assert (code, told["verified"]) == ("NUM602", True)
    apart = "1e-4 * torch.diag(torch.linspace(0, 1, 6))"
    assert told["after"] == f"w = torch.linalg.eigh((self.m @ self.m.t()) + {apart})[1]"


def test_a_count_of_nothing_divides_as_one_and_what_is_left_without_a_gradient_is_told() -> None:
    body = "kept = F.relu(self.a(x) - 100); n = (kept > 0).sum(); return kept.sum() / n * self.p"
    found, told = fix(body, loss="output")
    assert (found, told["after"], told["verified"]) == ("NUM601", "return kept.sum() / n.clamp_min(1) * self.p", True)
    assert "another fault is left" in told["evidence"]


def test_a_bias_that_the_next_norm_takes_away_does_not_count_as_missing() -> None:
    norm = "self.a = nn.Linear(6, 6); self.bn = nn.BatchNorm1d(6)"
    code, told = fix("return torch.relu(self.bn(self.a(x)) * 50 - 500) * self.p", norm)
    assert (code, told["verified"]) == ("ZER505", True)
    assert "5 of 5 parameters receive a gradient (0 of 5 before)" in told["evidence"]


TWICE = """\
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)
        nn.init.constant_(self.fc.bias, -100.0)

    def forward(self, x):
        return torch.relu(self.fc(x))

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = Block()
        self.two = Block()
        self.head = nn.Linear(6, 2)

    def forward(self, x):
        return self.head(x + self.one(x) + self.two(x))
"""


def test_modules_whose_one_line_gives_zeros_are_one_fault() -> None:
    (dead,) = diagnose_source(TWICE, shapes="4x6")["findings"]
    assert (dead["code"], dead["fix"]["verified"]) == ("ZER505", True)
    assert set(dead["parameters"]) == {f"{block}.fc.{name}" for block in ("one", "two") for name in ("weight", "bias")}
