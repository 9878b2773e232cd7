"""Gradients that are zero or not finite, in many disguises, and healthy programs that look like them."""

from __future__ import annotations

from functools import cache

import pytest
from tests.engine.programs import build, diagnose_source, examined, request_of
from tests.engine.rules.gradient_programs import Variant
from tests.engine.rules.numeric_programs import VARIANTS
from tests.engine.rules.small import diagnosed, net

from whygrad.engine.observation import Json


def test_targets_that_cannot_be_aligned_are_counted() -> None:
    (variant,) = (v for v in VARIANTS if v.name == "targets_longer_than_their_input")
    _, (finding,) = told(variant)
    assert "up to 12 labels and 8 steps" in finding["message"]
    assert finding["fix"]["after"].endswith("torch.tensor([12, 7]), zero_infinity=True)")


@cache
def told(variant: Variant) -> tuple[str, list[dict[str, Json]]]:
    """The verdict, and the findings that are no notes."""
    example = {"shapes": variant.shapes, "loss": variant.loss, "export": variant.export}
    request = request_of(example) | {"steps": variant.steps}
    document = examined(build(variant.source, example), request)[-1]
    return document["verdict"], [f for f in document["findings"] if f["severity"] != "note"]


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.codes], ids=lambda variant: variant.name)
def test_cause_is_found(variant: Variant) -> None:
    _, findings = told(variant)
    (finding,) = findings
    assert finding["code"] in variant.codes
    if variant.parameters is not None:
        assert sorted(finding["parameters"]) == sorted(variant.parameters)
    if variant.ops:
        assert finding["location"]["op"] in variant.ops


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not v.codes], ids=lambda variant: variant.name)
def test_healthy_program_is_left_alone(variant: Variant) -> None:
    assert told(variant) == ("healthy", [])


OVERFLOWING = {"power": "((x * self.p) * 1e20) ** 3", "quotient": "(x * self.p) * 1e30 / 1e-30"}


@pytest.mark.parametrize("result", OVERFLOWING.values(), ids=OVERFLOWING)
def test_what_leaves_the_range_of_its_type_is_not_put_down_to_zero(result: str) -> None:
    (finding,) = diagnosed(net(f"return {result}"), shapes="4x4", loss="mean")["findings"]
    assert finding["code"] == "NUM601"
    assert "Its operands hold numbers that it has no finite result for" in finding["message"]


HEALED = ("mask_all_zero", "ignore_index_all", "padding_only", "clamped_logits", "two_zero_layers",
          "all_zero_layers", "fully_masked_row", "equal_eigenvalues", "one_class", "softmax_by_hand_then_log",
          "zero_times_masked_infinity", "positions_counted_in_pixels", "nearest_pixel_read",
          "targets_longer_than_their_input")  # fmt: skip


@pytest.mark.parametrize("variant", [v for v in VARIANTS if v.name in HEALED], ids=lambda variant: variant.name)
def test_fix_is_made_and_heals(variant: Variant) -> None:
    _, (finding,) = told(variant)
    assert finding["fix"]["verified"] is True, finding["fix"]


@pytest.mark.parametrize("picked", ["p.gather(1, y.unsqueeze(1))", "p[:, 0]", "p[:, :2]"])
def test_the_logarithm_of_a_softmax_that_is_written_out_is_one_operation(picked: str) -> None:
    body = f"e = torch.exp(self.a(x) * 500); p = e / e.sum(1, keepdim=True); return torch.log({picked}).mean() * self.p"
    source = net(body, "self.a = nn.Linear(6, 6)", takes="x, y")
    fix = diagnose_source(source, shapes="4x6; 4:int64[0,6)")["findings"][0]["fix"]
    assert (fix["verified"], "use log_softmax" in fix["summary"]) == (True, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("return torch.where(x > 100.0, self.a(x), 0.0)", "where replaces it at every position that the loss uses"),
        ("return self.a(x) * (8 // 16)", "mul multiplies it with 0"),
    ],
)
def test_a_number_that_is_written_is_not_one_that_is_multiplied_with(line: str, words: str) -> None:
    found = diagnosed(net(line, "self.a = nn.Linear(6, 6)"), shapes="4x6")["findings"][0]
    assert (found["code"], words in found["title"]) == ("ZER507", True)


def test_an_activation_that_writes_is_replaced_by_one_that_does() -> None:
    source = net("h = self.a(x) - 50\n        F.relu(h, inplace=True)\n        return h", "self.a = nn.Linear(6, 6)")
    fixes = {f["code"]: f["fix"] for f in diagnosed(source, shapes="4x6")["findings"]}
    assert fixes["ZER505"]["after"] == "F.leaky_relu(h, inplace=True)"


def test_a_gradient_that_grows_spoils_the_weight_that_is_applied_again_and_again() -> None:
    source = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w, self.u = nn.Linear(6, 6), nn.Linear(6, 6)
        nn.init.normal_(self.w.weight, std=1.6)

    def forward(self, x):
        z = torch.zeros_like(x)
        for _ in range(18):
            z = self.w(z) + self.u(x)
        return z
"""
    (found,) = diagnose_source(source, shapes="3x6")["findings"]
    assert (found["code"], set(found["parameters"])) == ("NUM604", {"w.weight", "w.bias", "u.weight", "u.bias"})


def rolled_out(gain: float) -> list[str]:
    """The codes of a matrix that is applied sixty times: all that it gets lies in the values or in the gradients."""
    source = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.trans = nn.Parameter({gain} * torch.eye(8).roll(1, 0))
        self.read = nn.Linear(8, 1)

    def forward(self, x):
        for _ in range(60):
            x = x @ self.trans
        return self.read(x).mean()
"""
    return [f["code"] for f in diagnose_source(source, shapes="4x8", loss="output")["findings"]]


def test_a_gradient_that_grew_is_told_where_values_that_grew_give_as_large_a_share() -> None:
    assert (rolled_out(4.0), rolled_out(1.0)) == (["NUM604"], [])
