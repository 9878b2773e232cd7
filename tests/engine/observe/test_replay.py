"""Programs run as torch runs them, its optimiser on, against what was observed with it off."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, opened
from tests.engine.rules.small import net

from whygrad.engine.observation import Departure, Observation
from whygrad.engine.skeleton import skeleton


def replayed(body: str, init: str = "", fill: str = "ones") -> Observation:
    """The observation of a small program after its replay."""
    observer = opened(build(net(body, init)), {"inputs": [{"shape": [4, 3], "fill": fill}]})
    observer.replay()
    return observer.observation


def parted(body: str, init: str = "") -> tuple[Departure, list[str]]:
    """Where the optimiser parts from what was observed, and the operations there."""
    seen = replayed(body, init)
    assert seen.departure is not None
    return seen.departure, [seen.nodes[n].op for n in seen.departure.nodes]


HEALTHY = {
    "a layer": ("return self.l(x)", "self.l = nn.Linear(3, 2)"),
    "a normalisation": ("return self.n(self.l(x))", "self.l = nn.Linear(3, 4); self.n = nn.BatchNorm1d(4)"),
    "dropout": ("return F.dropout(self.l(x), 0.5, self.training) * self.p", "self.l = nn.Linear(3, 40)"),
    "two dropouts": (
        "a = F.dropout(self.l(x), 0.3); b = torch.sigmoid(self.l(x) * self.p); return F.dropout(b * a, 0.4)",
        "self.l = nn.Linear(3, 40)",
    ),
    "noise": ("return torch.tanh(self.l(x) + torch.randn_like(x).sum() * self.p)", "self.l = nn.Linear(3, 2)"),
    "a leaky noise": ("return F.rrelu(self.l(x), training=True) * self.p", "self.l = nn.Linear(3, 20)"),
    "an LSTM": ("y, _ = self.l(x.unsqueeze(0)); return y", "self.l = nn.LSTM(3, 4, 2, dropout=0.5)"),
    "attention": ("y, _ = self.a(x, x, x); return y", "self.a = nn.MultiheadAttention(3, 1, dropout=0.1)"),
    "a loop": ("y = x; for i in range(3): y = torch.tanh(self.l(y)); return y * self.p", "self.l = nn.Linear(3, 3)"),
    "a state": (
        "self.h = self.h + x.sum(); return self.l(x) * self.h",
        "self.l = nn.Linear(3, 2); self.h = torch.ones(1)",
    ),
    "a counter in a buffer": (
        "self.n += 1; return self.l(x) * self.n",
        "self.l = nn.Linear(3, 2); self.register_buffer('n', torch.ones(1))",
    ),
    "a stop-gradient": (
        "y = torch.tanh(self.l(x)).detach(); return (torch.tanh(self.l(x)) - y) * self.p",
        "self.l = nn.Linear(3, 2)",
    ),
    "a relu at zero": ("return torch.relu(self.l(x) * 0.0) * 2 + self.p", "self.l = nn.Linear(3, 2)"),
    "in place": ("y = self.l(x); y += 1; y.relu_(); return y * self.p", "self.l = nn.Linear(3, 2)"),
    "an unused branch": ("y = self.l(x) * 2; z = y + 1; return x * self.p", "self.l = nn.Linear(3, 2)"),
    "dropout that nobody reads": (
        "y = F.dropout(self.a(x), 0.5); z = F.dropout(self.b(x), 0.5); return (self.b(y), z)[1]",
        "self.a = nn.Linear(3, 3); self.b = nn.Linear(3, 3)",
    ),
    "dropout of an output without a loss": (
        "y = F.dropout(self.a(x), 0.5); z = (F.dropout(self.a(x), 0.5), y)[0]; return F.dropout(self.b(x), 0.5), y",
        "self.a = nn.Linear(3, 3); self.b = nn.Linear(3, 3)",
    ),
    "tied weights": (
        "return self.b(self.a(x)) * self.p",
        "self.a = nn.Linear(3, 3); self.b = nn.Linear(3, 3); self.b.weight = self.a.weight",
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_programs_do_not_part(name: str) -> None:
    seen = replayed(*HEALTHY[name], fill="normal")
    assert next(p for p in seen.passes if p.name == "replay").ran
    assert seen.departure is None


EDGES = [
    ("return torch.acos(torch.cos(torch.relu(self.w * x)))", "aten::relu", "aten::acos"),
    ("return torch.asin((-self.w * x).clamp(-1.0, 1.0))", "aten::clamp", "aten::asin"),
    ("y = F.relu(self.w * x); return torch.xlogy(y, y)", "aten::relu", "aten::xlogy"),
    ("h = torch.relu(x * self.w); h = h + 0.0; return h.sqrt() * 3", "aten::relu", "aten::sqrt"),
    ("return torch.pow(torch.relu(self.w * x).mean(0), 0.5)", "aten::relu", "aten::pow"),
    ("return (self.w * x).std(1)", "aten::std", None),
    ("return torch.std(self.w * x + 1)", "aten::std", None),
    ("h = torch.relu(self.w * x); return h.std(1)", "aten::std", None),
    ("h = (self.w * x).clamp(min=0.0); return torch.tanh(torch.std(h * 2, 1) * 3)", "aten::std", None),
]


@pytest.mark.parametrize(("body", "parts", "hidden"), EDGES)
def test_what_is_not_finite_is_found_with_what_hides_it(body: str, parts: str, hidden: str | None) -> None:
    seen = replayed(body, "self.w = nn.Parameter(-2.0 * torch.ones(3))")
    found = seen.departure
    assert found is not None
    assert (found.call, found.error, found.gradients["w"].state) == (2, None, "non-finite")
    assert [seen.nodes[n].op for n in found.nodes] == [parts]
    assert (None if found.hidden is None else seen.nodes[found.hidden].op) == hidden


TIES = [
    ("return torch.min(self.p * x, x)", "aten::min"),
    ("h = x.max(self.p * x) * 2; return h.tanh()", "aten::max"),
    ("return F.hardtanh(self.p * x) * 2", "aten::hardtanh"),
]


@pytest.mark.parametrize(("body", "op"), TIES)
def test_ties_that_the_optimiser_decides_otherwise(body: str, op: str) -> None:
    found, ops = parted(body)
    assert (found.call, ops, set(found.gradients)) == (2, [op], {"p"})


MERGED = [
    "with torch.no_grad(): y = self.p * 2; z = 2 * self.p + y; return z * x",
    "with torch.no_grad(): y = torch.exp(self.p); return torch.exp(self.p) * x - y",
    "z = torch.tanh(self.p); with torch.no_grad(): y = torch.tanh(self.p); return z * x - y",
    "with torch.no_grad(): y = F.softplus(self.p * x).mean(); return F.softplus(self.p * x) / y",
]


@pytest.mark.parametrize("body", MERGED)
def test_equal_expressions_with_and_without_gradients_are_merged(body: str) -> None:
    found, ops = parted(body)
    assert found.call == 1
    assert ops == [{"2 *": "aten::mul", "exp": "aten::exp", "tan": "aten::tanh", "sof": "aten::mul"}[_first(body)]]


def _first(body: str) -> str:
    return next(word for word in ("2 *", "exp", "tan", "sof") if word in body)


def test_an_error_that_only_the_optimiser_makes_is_kept() -> None:
    found, _ = parted("with torch.no_grad(): y = self.p * 2; return (2 * self.p + y) * x")
    assert found.error is not None
    assert (found.error.stage, found.gradients) == ("backward", {})
    assert "does not require grad" in found.error.message


def test_two_places_that_part_are_both_found() -> None:
    _, ops = parted("return F.hardtanh(self.p * x) * 2 + F.threshold(self.p * x, 1.0, 0.5)")
    assert ops == ["aten::hardtanh", "aten::threshold"]


def test_dropout_does_not_hide_what_parts_beside_it() -> None:
    _, ops = parted("return F.dropout(torch.min(self.p * x, x), 0.5) * 2")
    assert ops == ["aten::min"]


def test_dropout_that_nobody_reads_does_not_hide_what_parts() -> None:
    _, ops = parted("y = (F.dropout(self.p * x, 0.5), x)[1]; return F.dropout(torch.min(self.p * y, y), 0.5) * 2")
    assert ops == ["aten::min"]


def test_no_gradient_and_an_exact_zero_are_the_same() -> None:
    layers = "self.a = nn.Linear(3, 3); self.b = nn.Linear(3, 3)"
    assert replayed("y = self.a(x); z = torch.relu(self.b(y)); return [y, z][0]", layers).departure is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return x.detach()", "the step raised, so there are none to compare"),
        ("return x.view(5)", "the step raised, so there are none to compare"),
        ("return torch.log(x - 1) * self.p", "the gradients of the first step are not finite as they are"),
        ("return torch.sqrt(x - self.p)", "the gradients of the first step are not finite as they are"),
        ("return self.p * x + torch.log(x - 1)", "the loss or an output of the first step is not finite as it is"),
    ],
)
def test_a_step_that_raises_is_not_replayed(body: str, why: str) -> None:
    done = next(p for p in replayed(body).passes if p.name == "replay")
    assert (done.ran, done.why_not) == (False, why)


def test_a_skeleton_is_not_replayed() -> None:
    observer = opened(skeleton(build(net("return x * self.p"))), {"inputs": [{"shape": [2, 3]}]})
    observer.replay()
    done = next(p for p in observer.observation.passes if p.name == "replay")
    assert (done.ran, done.why_not) == (False, "it compares them with the step with its numbers, which could not run")


def test_a_program_that_the_executor_would_take_minutes_over_is_not_replayed() -> None:
    unrolled = "for i in range(1001):\n            x = torch.tanh(x * self.p)\n        return x"
    observer = opened(build(net(unrolled), {"export": "trace 4x3"}), {"inputs": [{"shape": [4, 3]}]})
    observer.replay()
    done = next(p for p in observer.observation.passes if p.name == "replay")
    why = "torch's optimising executor would take too long over 2,003 operations"
    assert (done.ran, done.why_not) == (False, why)
