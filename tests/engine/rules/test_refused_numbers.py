"""What raised for a number that is none: told is what made it, not what met it."""

from __future__ import annotations

import pytest
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

LAYER = "self.a = nn.Linear(6, 6)"
MASKED = 'torch.softmax(self.a(x).masked_fill(torch.arange(4).unsqueeze(1) == 0, float("-inf")), 1)'

REFUSED = {
    "drawn": (f"q = {MASKED}; return (q * q.multinomial(1)).sum() * self.p", "aten::softmax", "multinomial"),
    "compared": (
        f"q = {MASKED}; return F.binary_cross_entropy(q, torch.ones_like(q)) * self.p",
        "aten::softmax",
        "binary_cross_entropy",
    ),
    "decomposed": (
        "h = torch.log(-self.a(x).abs()); return torch.linalg.eigvalsh(h @ h.t()).sum() * self.p",
        "aten::log",
        "linalg_eigvalsh",
    ),
    "checked": (
        "h = torch.log(-self.a(x).abs()).sum() * self.p; assert torch.isfinite(h), 'the loss is nan'; return h",
        "aten::log",
        "a check of the program's",
    ),
}


@pytest.mark.parametrize(("body", "made", "refuser"), REFUSED.values(), ids=REFUSED)
def test_what_made_the_number_is_the_cause(body: str, made: str, refuser: str) -> None:
    document = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")
    found = document["findings"][0]
    assert (found["code"], found["location"]["op"], refuser in found["title"]) == ("NUM601", made, True), found
    assert [f["code"] for f in document["findings"]] == ["NUM601"]
    assert set(found["parameters"]) == {"p", "a.weight", "a.bias"}


def test_numbers_that_are_merely_out_of_range_are_no_nan() -> None:
    body = "return F.binary_cross_entropy(self.a(x) * 9, torch.ones_like(x)) * self.p"
    found = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"][0]
    assert found["code"] != "NUM601"


def test_what_is_read_out_of_a_list_was_not_made_there() -> None:
    body = "made = [torch.log(h) for h in [x, -self.a(x).abs()]]; return made[0] * 0 + made[1].sum() * self.p"
    found = diagnose_source(net(body, LAYER), shapes="4x6")["findings"][0]
    assert (found["code"], found["location"]["op"]) == ("NUM601", "aten::log")


def test_rounding_of_double_precision_is_zero_too() -> None:
    body = "return F.layer_norm(self.a(x)[:, :1], [1], self.w) + self.b(x) * self.p"
    init = f"{LAYER}; self.b = nn.Linear(6, 3); self.w = nn.Parameter(torch.ones(1)); self.double()"
    found = diagnose_source(net(body, init), shapes="4x6:float64")["findings"][0]
    assert (found["code"], "a.weight" in found["parameters"]) == ("ZER503", True)


def test_each_that_made_one_is_told() -> None:
    body = "h = torch.log(-self.a(x).abs()); g = torch.sqrt(-self.a(x).abs() - 1); return (h + g).sum() * self.p"
    found = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"]
    assert [(f["code"], f["location"]["op"]) for f in found] == [("NUM601", "aten::log"), ("NUM601", "aten::sqrt")]


def test_of_two_that_stop_the_step_each_is_healed_by_itself() -> None:
    body = (
        "h = torch.log(x * 0 + self.a(x) * 0); g = torch.sqrt(-self.a(x).abs() - 1);"
        "q = (h + g).sum() * self.p; assert torch.isfinite(q), 'the loss is not finite'; return q"
    )
    found = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"]
    assert [f["location"]["op"] for f in found] == ["aten::log", "aten::sqrt"]


@pytest.mark.parametrize("call", ["torch.linalg.cholesky(h)", "torch.linalg.inv(h)"])
def test_a_matrix_without_full_rank_gets_a_little_on_its_diagonal(call: str) -> None:
    body = f"v = self.a(x[:1] * 0 + 1); h = v.t() @ v * 0; return {call}.sum() * self.p + v.sum()"
    (found,) = diagnose_source(net(body, LAYER), shapes="4x6", loss="output")["findings"]
    assert (found["code"], found["fix"]["verified"]) == ("RUN005", True), found
