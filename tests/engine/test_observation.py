"""An observation is plain data: JSON both ways, with nothing lost and nothing that JSON cannot say."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from tests.engine.observe.samples import SAMPLES
from tests.engine.programs import build, executions, observe, opened

from whygrad.engine.diagnose import diagnose
from whygrad.engine.document import document
from whygrad.engine.observation import (
    Ending,
    Observation,
    Refusal,
)
from whygrad.engine.observation_json import from_json, to_json

REAL = (
    "plain",
    "loop with early exit",
    "nested inputs",
    "dict of lists",
    "tied weight",
    "module dict",
    "forks in a loop",
    "interface call",
    "numbers",
    "defaults",
    "complex numbers",
    "wrong sizes",
    "raise",
    "in-place that backward refuses",
    "state kept with its history",
    "item",
    "lstm",
    "trace of a convolution",
    "no parameters",
)


def observed(name: str) -> Observation:
    """An observation with the stacks of all that ran."""
    sample = SAMPLES[name]
    seen = observe(build(sample.source, {"export": sample.export}), sample.request)
    for event in seen.first.events:
        seen.stack(event.node)
    return seen


def through_json(observation: Observation) -> Observation:
    return from_json(json.loads(json.dumps(to_json(observation), allow_nan=False)))


@pytest.mark.parametrize("name", REAL)
def test_nothing_is_lost(name: str) -> None:
    observation = observed(name)
    again = through_json(observation)
    for field in fields(Observation):
        one, other = getattr(observation, field.name), getattr(again, field.name)
        assert (dict(one) == dict(other)) if field.name == "stacks" else one == other, field.name


@pytest.mark.parametrize("name", REAL)
def test_diagnosis_of_what_was_written_down_is_the_same(name: str) -> None:
    observation = observed(name)
    diagnose(observation)  # looks up the stacks that it needs
    assert told(through_json(observation)) == told(observation)


def told(observation: Observation) -> list[object]:
    """What is found, without the places that only the program knows."""
    found = diagnose(observation)
    written = document(observation, found, environment={}, timing={}, weights=True)
    json.dumps(written, allow_nan=False)
    return [written["verdict"], written["parameters"], written["modules"], *(f["code"] for f in written["findings"])]


def test_numbers_that_json_has_not_are_words() -> None:
    sample = replace(
        SAMPLES["plain"], forward="def forward(self, x):\n    return torch.clamp(self.a(x), -1, x.max().item() * 1e400)"
    )
    observation = observe(build(sample.source), sample.request)
    _, event = next(executions(observation, "aten::clamp"))
    assert event.values["max"] in ("inf", "-inf", "nan")
    assert through_json(observation).first.events == observation.first.events


def test_gradient_that_is_no_number() -> None:
    sample = replace(SAMPLES["plain"], forward="def forward(self, x):\n    return torch.sqrt(self.a(x) * 0).sum()")
    observation = observe(build(sample.source), sample.request)
    assert {g.state for g in observation.first.gradients.values()} == {"non-finite", "none"}
    assert through_json(observation).first.gradients == observation.first.gradients


@pytest.mark.parametrize(
    "observation",
    [
        Observation(),
        Observation(refusal=Refusal("a picture", "it is no program", "send a program")),
        Observation(ending=Ending("timed-out", "numeric", {"op": "aten::add", "line": 3, "stack": []}, 3.5, 1024)),
    ],
    ids=["empty", "refused", "ended"],
)
def test_observation_without_a_run(observation: Observation) -> None:
    assert to_json(through_json(observation)) == to_json(observation)
    assert through_json(observation).ending == observation.ending
    assert through_json(observation).first.events == ()


def test_misfit_keeps_what_the_method_takes() -> None:
    sample = SAMPLES["defaults"]
    observer = opened(build(sample.source), {**sample.request, "inputs": [1]})
    assert not observer.runnable
    assert through_json(observer.observation).signature == observer.observation.signature


def test_what_is_no_observation() -> None:
    with pytest.raises(KeyError):
        from_json({})
    with pytest.raises(KeyError):
        from_json({**to_json(Observation()), "unknown": 1})


def test_facts_cannot_be_changed() -> None:
    observation = Observation()
    with pytest.raises(AttributeError):
        observation.training = False  # type: ignore[misc]


def test_judged_pass_is_the_one_with_numbers() -> None:
    observation = observed("plain")
    assert observation.judged is not None
    assert observation.judged.name == "numeric"
    bare = replace(observation, passes=tuple(p for p in observation.passes if p.name == "structure"))
    assert bare.judged is not None
    assert bare.judged.name == "structure"
