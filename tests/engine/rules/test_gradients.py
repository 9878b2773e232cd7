"""Lost gradients in many disguises, and healthy programs that look like them."""

from __future__ import annotations

from functools import cache

import pytest
from tests.engine.programs import build, diagnose_source, examined, request_of
from tests.engine.rules.gradient_programs import VARIANTS, Variant

from whygrad.engine.observation import Json

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)


@cache
def diagnoses(variant: Variant) -> list[dict[str, Json]]:
    """The document after each pass."""
    example = {"shapes": variant.shapes, "loss": variant.loss, "export": variant.export}
    request = request_of(example) | {"expect_frozen": list(variant.frozen)}
    return examined(build(variant.source, example), request)


def told(document: dict[str, Json]) -> list[dict[str, Json]]:
    """The findings that are no notes."""
    return [f for f in document["findings"] if f["severity"] != "note"]


@each_variant
def test_cause_is_found(variant: Variant) -> None:
    document = diagnoses(variant)[-1]
    findings = told(document)
    if not variant.codes:
        assert (document["verdict"], findings) == ("healthy", [])
        return
    assert findings[0]["code"] in variant.codes
    if variant.parameters is not None:
        assert sorted(findings[0]["parameters"]) == sorted(variant.parameters)
    if variant.ops:
        assert findings[0]["location"]["op"] in variant.ops
    if variant.line:
        assert findings[0]["location"]["source"] == variant.line


@each_variant
def test_structure_agrees_with_numbers(variant: Variant) -> None:
    structure, numeric, *_ = diagnoses(variant)
    if structure["passes"][0]["ran"]:
        assert [f["code"] for f in told(structure)] == [f["code"] for f in told(numeric)]


def test_the_line_shown_does_not_leave_the_graph_again() -> None:
    variant = next(v for v in VARIANTS if v.name == "item_scale")
    converted = variant.source.replace(".mean())", ".mean().item())")
    (finding,) = told(diagnose_source(converted, shapes=variant.shapes))
    assert finding["code"] == "CUT105"
    assert finding["fix"]["after"] == "s = self.g(x).mean()"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("healthy_teacher_that_follows", "it is a teacher"),
        ("healthy_teacher_built_like_the_student", "it may be a teacher"),
    ],
)
def test_a_teacher_is_only_certain_where_it_follows_what_is_trained(name: str, words: str) -> None:
    (finding,) = diagnoses(next(v for v in VARIANTS if v.name == name))[-1]["findings"]
    assert (finding["code"], finding["severity"]) == ("CUT102", "note")
    assert words in finding["title"]


TARGET_NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
        self.target = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))
        START

    def forward(self, x, y):
        wanted = 1.0 + 0.9 * self.target(y).max(1)[0].detach()
        return F.smooth_l1_loss(self.online(x).max(1)[0], wanted)
"""


@pytest.mark.parametrize(
    ("start", "severity"),
    [
        ("self.target.load_state_dict(self.online.state_dict())", "note"),
        (
            "[t.data.copy_(o + 0.1 * o.flip(0)) for t, o in zip(self.target.parameters(), self.online.parameters())]",
            "note",
        ),
        ("pass", "warning"),
    ],
)
def test_a_target_network_holds_or_follows_the_numbers_of_what_is_trained(start: str, severity: str) -> None:
    (finding,) = diagnose_source(TARGET_NETWORK.replace("START", start), shapes="3x6;3x6", loss="output")["findings"]
    assert (finding["code"], finding["severity"]) == ("CUT101", severity)
