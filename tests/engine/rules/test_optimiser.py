"""Gradients that torch's optimising executor changes: where, how bad, and what to write instead."""

from __future__ import annotations

import pytest
from tests.engine.programs import build, diagnose_source, examined
from tests.engine.rules.small import net

from whygrad.engine.observation import Json


def found(body: str, init: str = "", fill: str = "ones") -> dict[str, Json]:
    """What is said of the optimiser."""
    document = examined(build(net(body, init)), {"inputs": [{"shape": [4, 3], "fill": fill}]})[-1]
    return next(dict(f) for f in document["findings"] if f["code"] == "FMT901")


TOLD = [
    (
        "y = torch.cos(torch.relu(-self.p * x)); return y.acos()",
        ("aten::acos", "error", None),  # every number lies at the edge: to clamp them starves p
    ),
    (
        "return torch.sqrt(F.relu(x - self.p * 2)) * 2",
        ("aten::sqrt", "error", None),  # behind a relu that is dead for this input
    ),
    ("return torch.min(self.p * x, x)", ("aten::min", "error", "return torch.minimum(self.p * x, x)")),
    ("return F.hardtanh(self.p * x) * 2", ("aten::hardtanh", "warning", "with torch.jit.optimized_execution(False):")),
]


@pytest.mark.parametrize(("body", "told"), TOLD)
def test_the_operation_to_change_and_its_line(body: str, told: tuple[str, str, str | None]) -> None:
    finding = found(body)
    assert (finding["location"]["op"], finding["severity"], finding["fix"]["after"]) == told
    assert finding["location"]["source"].split(" = ")[0] in body
    assert finding["parameters"] == ["p"]


def test_what_the_program_does_wrong_itself_comes_first() -> None:
    source = net(
        "r = torch.min(self.p * x, x).sum(1); y = self.l(x); return ((y - r) ** 2).mean()", "self.l = nn.Linear(3, 1)"
    )
    document = examined(build(source), {"inputs": [{"shape": [4, 3], "fill": "ones"}]})[-1]
    assert [f["code"] for f in document["findings"]] == ["SHP707", "FMT901"]


def test_only_those_suffer_whose_gradient_differs() -> None:
    finding = found("return self.l(torch.max(self.p * x, x))", "self.l = nn.Linear(3, 2)")
    assert (finding["parameters"], finding["severity"]) == (["p"], "warning")


def test_where_it_raises_the_title_says_so() -> None:
    finding = found("return (torch.complex(x, x) * self.p).abs()")
    assert finding["title"] == "from call 2 on, torch's optimiser raises in backward, and p gets no gradient"


MERGED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 3)
        self.w = nn.Parameter(torch.ones(3))

    def forward(self, x):
        with torch.no_grad():
            y = self.w * 2
        z = 2 * self.w + y
        return self.a(x) + z
"""


def test_of_two_equal_expressions_the_one_without_gradients_is_named() -> None:
    first, *_ = diagnose_source(MERGED, shapes="4x3")["findings"]
    assert (first["code"], first["severity"], first["parameters"]) == ("FMT901", "warning", ["w"])
    assert (first["location"]["source"], first["fix"]["after"]) == ("y = self.w * 2", "y = self.w.detach() * 2")
    assert [r["location"]["op"] for r in first["related"]] == ["aten::mul"]


def test_whichever_comes_first() -> None:
    lines = MERGED.splitlines(keepends=True)
    source = "".join([*lines[:8], "        z = 2 * self.w\n", *lines[8:10], "        return self.a(x) + z * x + y\n"])
    first, *_ = diagnose_source(source, shapes="4x3")["findings"]
    assert first["code"] == "FMT901"
    assert first["location"]["source"] == "y = self.w * 2"


SPOILT_LATER = {
    "both roots of a line": "h = self.a(x); return (torch.sqrt(torch.relu(h)) - torch.sqrt(torch.relu(-h))) * self.p",
    "a learnt exponent": "h = torch.relu(self.a(x)); return h.pow(self.p * 3).sum(0).pow(1 / (self.p * 3))",
}


@pytest.mark.parametrize("body", SPOILT_LATER.values(), ids=SPOILT_LATER)
def test_what_the_executor_makes_nan_of_is_kept_away_from_zero_wherever_the_line_does_it(body: str) -> None:
    document = diagnose_source(net(body, "self.a = nn.Linear(6, 6)"), shapes="24x6")
    (found,) = [f for f in document["findings"] if f["severity"] != "note"]
    assert (found["code"], found["fix"]["verified"]) == ("FMT901", True), found
    assert found["fix"]["summary"].startswith("keep what")


SPREAD = {
    "return torch.std(h, dim=1)": "return torch.sqrt(torch.var(h, dim=1) + 1e-12)",
    "return self.p * (h * 2).std(1).tanh()": "return self.p * ((h * 2).var(1) + 1e-12).sqrt().tanh()",
    "return torch.std(h, 1, unbiased=False, keepdim=True) * h": (
        "return torch.sqrt(torch.var(h, 1, unbiased=False, keepdim=True) + 1e-12) * h"
    ),
}


@pytest.mark.parametrize(("line", "after"), SPREAD.items())
@pytest.mark.parametrize("before", ["torch.relu(self.a(x))", "self.a(x).clamp(0.0, 50.0)"])
def test_the_spread_of_what_is_constant_is_named_and_not_what_comes_before_it(
    before: str, line: str, after: str
) -> None:
    dead = net(f"h = {before}; {line}", "self.a = nn.Linear(3, 6); self.a.bias.data[2] = -30.0")
    document = diagnose_source(dead, shapes="4x7x3")
    finding = next(f for f in document["findings"] if f["code"] == "FMT901")
    assert (finding["location"]["op"], finding["fix"]["after"]) == ("aten::std", after)
