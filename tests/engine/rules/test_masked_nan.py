"""A NaN that a where hides is told where it is made, and healed by a safe argument of the branch."""

from __future__ import annotations

import pytest
from tests.cases.printed import unhealed
from tests.engine.programs import diagnose_source
from tests.engine.rules.small import net

from whygrad.engine.observation import Json

LAYER = "self.a = nn.Linear(6, 6)"
HALO = (
    "t = torch.exp(self.a(x)); outer = 2 / torch.sqrt(t**2 - 1) * torch.arctan(torch.sqrt((t - 1) / (t + 1))); "
    "inner = 2 / torch.sqrt(1 - t**2) * torch.arctanh(torch.sqrt((1 - t) / (1 + t))); "
    "return torch.where(t > 1, outer, torch.where(t < 1, inner, torch.zeros_like(t))) * self.p"
)


def findings(body: str, loss: str = "sum") -> list[dict[str, Json]]:
    """What is found of a program whose every result is summed."""
    document: dict[str, Json] = diagnose_source(net(body, LAYER), shapes="4x6", loss=loss)
    return document["findings"]


def told(fault: dict[str, Json]) -> tuple[str, str, bool]:
    """A fault by its code, its operation, and whether its fix heals."""
    return fault["code"], fault["location"]["op"], fault["fix"]["verified"]


def test_each_branch_is_told_where_its_first_nan_is_made() -> None:
    found = findings(HALO)
    assert [told(f) for f in found] == [("NUM603", "aten::sqrt", True)] * 2
    for fault in found:
        assert "where hides what sqrt does" in fault["title"]
        assert "with every one mended: 3 of 3 parameters" in fault["fix"]["evidence"]
    assert found[1]["fix"]["after"].split("\n")[0] == "t_safe = torch.where(t < 1, t, 0.5)"


ONE_BRANCH = {
    "a quotient of two": (
        "t = self.a(x); y = torch.log(t) / torch.sqrt(t); return torch.where(t > 0.1, y, t) * self.p",
        "aten::log",
        "t_safe = torch.where(t > 0.1, t, 1.0)\ny = torch.log(t_safe) / torch.sqrt(t_safe)",
    ),
    "masked_fill": (
        "t = self.a(x); y = torch.log(t) * self.p; return (y * y).masked_fill(t <= 0, 0.0)",
        "aten::log",
        "y = torch.log(torch.where(t > 0, t, 1.0)) * self.p",
    ),
    "a magnitude": (
        "t = self.a(x) * (x > 0.5); return torch.where(t.abs() > 1e-6, torch.sqrt(t * t) / t * self.p, t)",
        "aten::div",
        None,
    ),
    "of what trains nothing": (
        "w = torch.log(x); return torch.where(x > 0, w * self.a(x), x) * self.p",
        "aten::log",
        "w = torch.log(torch.where(x > 0, x, 1.0))",
    ),
}


@pytest.mark.parametrize(("body", "op", "after"), ONE_BRANCH.values(), ids=ONE_BRANCH)
def test_a_branch_is_given_a_safe_argument(body: str, op: str, after: str | None) -> None:
    fault = findings(body)[0]
    assert told(fault) == ("NUM603", op, True)
    assert after is None or fault["fix"]["after"] == after
    assert not unhealed(net(body, LAYER), {"shapes": "4x6", "loss": "sum"})


def test_what_mixes_positions_is_not_given_another_argument() -> None:
    body = "t = self.a(x); y = torch.sqrt(t) * torch.exp(t).cumsum(1); return torch.where(t > 0, y, t) * self.p"
    fault = findings(body)[0]
    assert told(fault) == ("NUM603", "aten::sqrt", True)
    assert "where hides what sqrt does" in fault["title"]


def test_an_operation_between_hides_nothing_that_it_gives_on() -> None:
    body = "t = self.a(x); y = torch.sqrt(t) * t; return torch.where(torch.isnan(y), torch.zeros_like(y), y) * self.p"
    fault = findings(body)[0]
    assert told(fault) == ("NUM603", "aten::sqrt", True)
    assert "where hides what sqrt does" in fault["title"]


SAFE = {
    "one branch": "t = self.a(x); s = torch.where(t > 0, t, 1.0); return torch.where(t > 0, s.sqrt() / s, t) * self.p",
    "both branches": (
        "t = self.a(x) + 1.0; a = torch.where(t > 1, t, 2.0); b = torch.where(t < 1, t, 0.5); "
        "outer, inner = 1 / torch.sqrt(a**2 - 1), 1 / torch.sqrt(1.01 - b.clamp_min(-1) ** 2); "
        "return torch.where(t > 1, outer, torch.where(t < 1, inner, torch.zeros_like(t))) * self.p"
    ),
    "a slope that stays finite": "t = self.a(x); return torch.where(t > 0, t.log(), torch.log1p(-t)) * self.p",
}


@pytest.mark.parametrize("body", SAFE.values(), ids=SAFE)
def test_safe_arguments_are_healthy(body: str) -> None:
    assert findings(body) == []


def test_a_mask_that_the_program_holds_is_not_what_made_the_infinity() -> None:
    init = "self.q = nn.Linear(8, 8); self.register_buffer('m', torch.full((5, 5), float('-inf')).triu(1))"
    hidden = "torch.where(s == float('-inf'), torch.zeros_like(s), torch.exp(s) * s)"
    source = net(f"s = self.q(x) @ x.transpose(1, 2) + self.m; return {hidden} * self.p", init)
    finding = diagnose_source(source, shapes="2x5x8", loss="mean")["findings"][0]
    assert (finding["code"], finding["location"]["op"], finding["fix"]["verified"]) == ("NUM603", "aten::mul", True)


def test_the_deviation_of_single_values_is_divided_by_their_number() -> None:
    body = (
        "v = torch.var(self.a(x).view(4, 6, 1), dim=2); v = torch.where(torch.isnan(v), torch.zeros_like(v), v); "
        "return torch.sqrt(v + 1e-5) * self.p + self.a(x)"
    )
    (fault,) = findings(body)
    assert told(fault) == ("NUM603", "aten::var", True)
    assert fault["fix"]["after"] == "v = torch.var(self.a(x).view(4, 6, 1), dim=2, unbiased=False)"
