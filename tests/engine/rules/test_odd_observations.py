"""A rule may find nothing, but it never raises: that would end the whole diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.engine.observe.samples import SAMPLES, Sample
from tests.engine.programs import build, diagnose_source, observe, request_of
from tests.engine.rules.small import diagnosed, net

from whygrad.engine import catalogue
from whygrad.engine.diagnose import diagnose
from whygrad.engine.observation import Error, Event, Observation, Step
from whygrad.engine.rule import Rule

RUN = [rule for rule in catalogue.rules() if rule.family not in ("RUN", "FMT") and rule.code != "TYP804"]
"""The rules whose example can be run to an observation."""

EMPTY = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x, none):
        return self.fc(x).sum() + ({result}).sum()
"""

EMPTIES = (
    "none.view(0, 2, 2)",
    "none.reshape(2, 0, 2)",
    "none.view(2, 0)",
    "none.flatten()",
    "none.t().reshape(4, 0).permute(1, 0)",
    "none.reshape(0, 8).view(0, 2, 4).transpose(1, 2).reshape(0, 8)",
    "torch.stack([none, none]).view(0, 8)",
    "self.fc(x)[x[:, 0] > 100].view(-1, 2, 2)",
    "self.fc(none).unsqueeze(0).expand(3, 0, 4)",
    "none.repeat(2, 3)",
    "none.repeat_interleave(2, 0)",
    "torch.cat([none, x])",
    "torch.einsum('ij,kj->ik', none, x)",
    "F.adaptive_avg_pool1d(none.view(0, 2, 2), 1)",
)


@pytest.mark.parametrize("result", EMPTIES)
def test_tensor_without_elements_is_no_fault(result: str) -> None:
    document = diagnose_source(EMPTY.format(result=result), shapes="2x4;0x4")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


NUMBERLESS = {
    "movedim of a scalar": "torch.movedim((x * self.p).sum(), 0, 0)",
    "transpose of a scalar": "(x * self.p).sum().transpose(0, 0)",
    "eight bits": "x * self.p + torch.zeros(4).to(torch.float8_e4m3fn).to(torch.float32)",
}
FAR = {
    "as far apart as numbers can be": "torch.clamp(x.sign().double() * self.p * 1.7e308, -1.0, 1.0)",
    "as near as numbers can be": "torch.clamp(x.sign().double().relu() * self.p * 5e-324, 1.0, 2.0)",
}
REFUSED = {
    "scaled to nothing": ("F.interpolate((x * self.p)[None], scale_factor=0.0)", "SHP717"),
    "scaled by no number": ("F.interpolate((x * self.p)[None], scale_factor=float('nan'))", "RUN005"),
    "a cell with vectors for weights": (
        "torch.lstm_cell(x * self.p, [x, x], torch.zeros(16), torch.zeros(16), None, None)[0]",
        "SHP703",
    ),
    "a layer with a vector for a weight": (
        "torch.gru((x * self.p)[None], x[None], [torch.zeros(12), torch.zeros(12, 4)], False, 1, 0.0, False, False, "
        "True)[0]",
        "SHP717",
    ),
}


@pytest.mark.parametrize("result", NUMBERLESS.values(), ids=NUMBERLESS)
def test_what_has_few_numbers_or_dimensions_is_no_fault(result: str) -> None:
    document = diagnose_source(net(f"return {result}"), shapes="4x4", loss="mean")
    assert (document["verdict"], document["findings"]) == ("healthy", [])


@pytest.mark.parametrize("result", FAR.values(), ids=FAR)
def test_numbers_beyond_which_there_is_nothing_are_told(result: str) -> None:
    document = diagnosed(net(f"return {result}"), shapes="4x4", loss="mean")
    assert [f["code"] for f in document["findings"]] == ["ZER502"]


@pytest.mark.parametrize(("result", "code"), REFUSED.values(), ids=REFUSED)
def test_what_no_table_foresaw_is_told_in_torchs_words(result: str, code: str) -> None:
    document = diagnosed(net(f"return {result}"), shapes="4x4", loss="mean")
    assert [f["code"] for f in document["findings"]] == [code]


IN_PLACE = {
    "images moved twice, and scaled where they lie": (
        "x = x.permute(0, 3, 1, 2); x = x.mul_(0.5).float().contiguous(); return self.c(x) * self.p",
        "self.c = nn.Conv2d(3, 8, 3)",
        "2x3x9x9",
        "SHP702",
    ),
    "a state squashed where it lies": (
        "return self.d(x, F.relu_(self.e(x)).float()) * self.p",
        "self.e = nn.Linear(4, 6); self.d = nn.GRUCell(4, 5)",
        "2x4",
        "SHP711",
    ),
}


@pytest.mark.parametrize(("body", "layers", "shapes", "code"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_gives_back_what_it_was_given_is_walked_past(body: str, layers: str, shapes: str, code: str) -> None:
    (finding,) = diagnose_source(net(body, layers), shapes=shapes, loss="mean")["findings"]
    assert (finding["code"], finding["fix"]["verified"]) == (code, True)


def each_step(change: Callable[[Step], Step]) -> Callable[[Observation], Observation]:
    """An observation with every step changed, also those that were looked at closely."""

    def changed(observation: Observation) -> Observation:
        passes = (
            replace(
                p,
                steps=tuple(map(change, p.steps)),
                close=change(p.close) if p.close else None,
                double=change(p.double) if p.double else None,
            )
            for p in observation.passes
        )
        return replace(observation, passes=tuple(passes))

    return changed


def each_event(change: Callable[[Event], Event]) -> Callable[[Observation], Observation]:
    """An observation with every execution changed."""
    return each_step(lambda step: replace(step, events=tuple(map(change, step.events))))


def raising(message: str) -> Callable[[Step], Step]:
    """A step that raised in its last execution, whatever that was."""

    def raised(step: Step) -> Step:
        if not step.events:
            return step
        last = replace(step.events[-1], completed=False, outputs=())
        return replace(step, events=(*step.events[:-1], last), error=Error("forward", "Error", message, last.node))

    return raised


def unlisted(message: str) -> Callable[[Step], Step]:
    """A step that raised in an execution beyond those that are listed."""
    return lambda step: replace(
        step, unlisted=1, error=Error("forward", "Error", message, step.events[-1].node if step.events else None)
    )


def handed_on(step: Step) -> Step:
    """A step in which each execution runs once more on its own result, and gives that back: in place, or as it was."""
    events = list[Event]()
    for event in step.events:
        events.append(event)
        if event.completed and event.inputs and event.outputs:
            own = replace(event.inputs[0], tensor=event.outputs[0])
            events.append(replace(event, inputs=(own,), outputs=event.outputs[:1]))
    return replace(step, events=tuple(events))


def handed_on_again(step: Step) -> Step:
    """The same, with the other operands of each execution beside its own result."""
    events = list[Event]()
    for event in step.events:
        events.append(event)
        if event.completed and event.inputs and event.outputs:
            own = replace(event.inputs[0], tensor=event.outputs[0])
            events.append(replace(event, inputs=(own, *event.inputs[1:])))
    return replace(step, events=tuple(events))


LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
VIEW = "Output 0 of UnbindBackward0 is a view and is being modified inplace."
OVERLAP = "some elements refer to a single memory location"

KNOCKED_OUT: dict[str, Callable[[Observation], Observation]] = {
    "no passes": lambda o: replace(o, passes=()),
    "no steps": lambda o: replace(o, passes=tuple(replace(p, steps=()) for p in o.passes)),
    "no events": each_step(lambda s: replace(s, events=(), functions=())),
    "no operands": each_event(lambda e: replace(e, inputs=())),
    "no results": each_event(lambda e: replace(e, outputs=())),
    "no values": each_event(lambda e: replace(e, values={})),
    "nothing completed": each_event(lambda e: replace(e, completed=False)),
    "no loss": each_step(lambda s: replace(s, loss=None)),
    "no gradients": each_step(lambda s: replace(s, gradients={})),
    "no functions": each_step(lambda s: replace(s, functions=())),
    "no parameters": lambda o: replace(o, parameters=(), buffers=()),
    "no modules": lambda o: replace(o, modules={}),
    "no source": lambda o: replace(o, stacks={}),
    "no request": lambda o: replace(o, request={}),
    "no signature": lambda o: replace(o, signature=None),
    "another size was traced": lambda o: replace(o, traced=True, resized=((0, 1, 2), (1, 3, 6))),
    "nothing was traced": lambda o: replace(o, traced=True, resized=((0, 0, 2), (1, 0, 6))),
    "raised without words": each_step(raising("")),
    "raised over a leaf": each_step(raising(LEAF)),
    "raised over a view": each_step(raising(VIEW)),
    "raised over memory": each_step(raising(OVERLAP)),
    "raised over a leaf, unlisted": each_step(unlisted(LEAF)),
    "raised over a view, unlisted": each_step(unlisted(VIEW)),
    "raised over memory, unlisted": each_step(unlisted(OVERLAP)),
    "each result handed on": each_step(handed_on),
    "each result computed upon": each_step(handed_on_again),
    "raised, unlisted": each_step(unlisted("The shapes do not go together")),
}


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_no_rule_raises_where_something_was_not_seen(sample: Sample) -> None:
    knock_out(observe(build(sample.source, {"export": sample.export}), sample.request))


@pytest.mark.parametrize("rule", RUN, ids=lambda rule: rule.code)
def test_no_rule_raises_where_its_own_fault_was_half_seen(rule: Rule) -> None:
    example = rule.documentation.example
    knock_out(observe(build(example.bad, example.request), request_of(example.request)))


def knock_out(observation: Observation) -> None:
    """Diagnose what is left of an observation, each part knocked out in turn."""
    for knocked_out in KNOCKED_OUT.values():
        diagnose(knocked_out(observation))
