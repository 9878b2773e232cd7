"""Both passes over every kind of program: what they say of it, and that they agree."""

from __future__ import annotations

import io
import json
import math
from functools import cache
from typing import Any

import pytest
import torch
from tests.engine.observe.samples import LAYER, SAMPLES, TWO, Sample, X
from tests.engine.programs import build, executions, observe

from whygrad.engine.observation import Observation, Pass, Step
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.loss import compute, plan
from whygrad.engine.observe.run import LEARNING_RATE, message_of
from whygrad.engine.signature import Signature

each_sample = pytest.mark.parametrize("name", SAMPLES)

NEEDS_NUMBERS = {"branch on a value", "while loop on a value", "item", "nonzero", "packed sequence"}
"""Samples in which a number decides what is run."""

ONLY_NUMBERS_TELL = {"wrong type", "index out of range"}
"""Samples whose fault the meta device does not look for."""


@cache
def observed(name: str) -> Observation:
    sample = SAMPLES[name]
    return observe(build(sample.source, {"export": sample.export}), sample.request)


def ran(observation: Observation, name: str) -> Pass:
    return next(p for p in observation.passes if p.name == name)


def states(step: Step) -> dict[str, str]:
    """Whether each parameter got a gradient in a step."""
    return {name: "none" if given.state == "none" else "some" for name, given in step.gradients.items()}


@each_sample
def test_structure_pass_runs_unless_numbers_decide(name: str) -> None:
    structure = ran(observed(name), "structure")
    assert structure.ran == (name not in NEEDS_NUMBERS)
    assert structure.ran or "needs" in (structure.why_not or "")


@each_sample
def test_passes_agree_about_what_gets_a_gradient(name: str) -> None:
    structure, numeric = ran(observed(name), "structure"), ran(observed(name), "numeric")
    assert numeric.ran
    if structure.ran and name not in ONLY_NUMBERS_TELL:
        assert states(structure.steps[0]) == states(numeric.steps[0])
        assert failed_at(structure) == failed_at(numeric)


def failed_at(done: Pass) -> tuple[Any, ...]:
    """The stage, the step and the operation of an error."""
    errors = [(number, step.error) for number, step in enumerate(done.steps) if step.error]
    return tuple((number, error.stage, error.node) for number, error in errors)


@each_sample
def test_gradients_are_those_of_the_program_without_us(name: str) -> None:
    numeric = ran(observed(name), "numeric")
    first = numeric.steps[0]
    expected = plain_norms(SAMPLES[name], observed(name).signature)
    if expected is None:
        assert first.error is not None
        return
    told = {name: given.norm for name, given in first.gradients.items() if given.state != "none"}
    assert told.keys() == {name for name, norm in expected.items() if norm is not None}
    for parameter, norm in told.items():
        wanted = expected[parameter]
        assert norm is not None
        assert wanted is not None
        assert math.isclose(norm, wanted, rel_tol=1e-4, abs_tol=1e-6)


def plain_norms(sample: Sample, signature: Signature | None) -> dict[str, float | None] | None:
    """The norm of each gradient after one step that nobody watches; None where the step raises."""
    upload = build(sample.source, {"export": sample.export})
    module = torch.jit.load(io.BytesIO(upload))  # type: ignore[no-untyped-call]
    module.train(sample.mode == "train")
    sampler = Sampler(0, meta=False)
    torch.manual_seed(0)
    inputs = sampler.arguments(list(sample.inputs), signature or Signature(sample.method, ()))
    try:
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            outputs = getattr(module, sample.method)(*inputs)
        compute(plan(outputs, sample.loss, sampler), sample.loss, sampler).backward()  # type: ignore[no-untyped-call]
    except Exception:
        return None
    named = {name: p for name, p in module.named_parameters(remove_duplicate=False) if p.requires_grad}
    return {name: None if p.grad is None else float(p.grad.to_dense().double().norm()) for name, p in named.items()}


@each_sample
def test_failure_is_the_last_event_and_its_node_that_of_the_error(name: str) -> None:
    for done in observed(name).passes:
        for step in done.steps:
            if step.failure is not None:
                assert step.error is not None
                assert step.error.node == step.failure.node
                assert "Traceback of TorchScript" not in step.error.message


@each_sample
def test_events_keep_to_the_program(name: str) -> None:
    observation = observed(name)
    for event in observation.first.events:
        node = observation.nodes[event.node]
        roles = {operand.role.partition("[")[0] for operand in event.inputs}
        assert roles <= {argument.name for argument in node.arguments}
    assert json.dumps([event.values for event in observation.first.events], default=dict, allow_nan=False)


def test_what_a_linear_layer_reads_and_gives() -> None:
    observation = observed("plain")
    (_, event), _ = executions(observation, "aten::linear")
    weight = event.input("weight")
    assert weight is not None
    assert [(o.role, o.tensor.shape) for o in event.inputs] == [("input", (4, 6)), ("weight", (6, 6)), ("bias", (6,))]
    assert event.outputs[0].grad_fn == "AddmmBackward0"
    assert weight.id == next(p.tensor for p in observation.parameters if p.name == "a.weight")
    assert event.grad_mode
    assert event.completed


def test_loop_that_exits_early_lists_what_ran() -> None:
    observation = observed("loop with early exit")
    assert len(list(executions(observation, "aten::linear"))) == 3


def test_operation_that_refused_keeps_its_operands() -> None:
    observation = observed("wrong sizes")
    failure = observation.failure
    assert failure is not None
    assert observation.nodes[failure.node].op == "aten::linear"
    assert observation.nodes[failure.node].module == "b"
    assert [(o.role, o.tensor.shape) for o in failure.inputs][:2] == [("input", (4, 6)), ("weight", (2, 5))]
    assert observation.error is not None
    assert (observation.error.stage, observation.error.kind) == ("forward", "RuntimeError")
    assert observation.error.message == "mat1 and mat2 shapes cannot be multiplied (4x6 and 5x2)"


def test_check_of_torch_is_put_down_to_what_it_guards() -> None:
    for name, op in (("batch norm of one value", "aten::batch_norm"), ("lstm of a wrong size", "aten::lstm")):
        failure = observed(name).failure
        assert failure is not None
        assert observed(name).nodes[failure.node].op == op


def test_users_own_exception_stays_where_it_was_raised() -> None:
    for name, text in (("raise", "not four"), ("assertion that fails", "seven features")):
        observation = observed(name)
        assert observation.error is not None
        assert observation.error.node is not None
        assert text in observation.error.message
        assert observation.nodes[observation.error.node].op == "prim::RaiseException"


def test_values_at_run_time() -> None:
    observation = observed("numbers")
    _, view = next(executions(observation, "aten::view"))
    assert view.values["size"] == [4, -1, 2]


def test_state_with_its_history_fails_in_the_second_step() -> None:
    numeric = ran(observed("state kept with its history"), "numeric")
    assert numeric.steps[0].error is None
    assert numeric.steps[1].error is not None
    assert numeric.steps[1].error.stage == "backward"


def test_tied_parameter_is_one_with_two_names() -> None:
    observation = observed("tied weight")
    assert [(p.name, p.aliases) for p in observation.parameters if p.name.endswith("weight")] == [
        ("a.weight", ("b.weight",))
    ]


def test_clobbered_tensor_names_who_saved_it() -> None:
    observation = observed("in-place that backward refuses")
    (clobbered,) = observation.first.clobbered
    saver = observation.first.events[clobbered.saver]
    assert observation.nodes[saver.node].op == "aten::exp"
    assert (clobbered.saved_as, clobbered.expected, clobbered.version) == ("result", 0, 1)
    assert clobbered.storage == saver.outputs[0].storage


def test_memory_that_is_used_again_is_other_memory() -> None:
    sample = Sample(
        TWO,
        """
def forward(self, x):
    total = torch.zeros(4, 6)
    for i in range(6):
        with torch.no_grad():
            total += self.a(x).add_(1).sum() * 0
    return self.b(x).add(1).mul(2)
""",
    )
    observation = observe(build(sample.source), sample.request)
    written = {o.storage for _, e in executions(observation, "aten::add_") for o in e.outputs}
    later = {
        o.storage for op in ("aten::add", "aten::mul") for _, e in executions(observation, op) for o in e.outputs[-1:]
    }
    assert len(written) == 7
    assert not written & {o.storage for _, e in executions(observation, "aten::add") for o in e.outputs}
    assert later


def test_update_between_steps_is_plain_descent() -> None:
    sample = Sample(LAYER, "def forward(self, x):\n    return self.a(x).sum()", ({**X, "fill": 1},), loss="output")
    observation = observe(build(sample.source), {**sample.request, "steps": 3})
    weights = [next(e for e in step.events if e.input("weight")).input("weight") for step in observation.steps]
    assert len(observation.steps) == 3
    assert len({w.id for w in weights if w}) == 1
    assert [w.version for w in weights if w] == [0, 1, 2]
    assert LEARNING_RATE > 0


def test_zero_means_far_below_the_others() -> None:
    sample = Sample(TWO, "def forward(self, x):\n    return self.a(x).sum() + self.b(x).sum() * 0", loss="output")
    given = observe(build(sample.source), sample.request).first.gradients
    assert {name: g.state for name, g in given.items()} == {
        "a.weight": "ok",
        "a.bias": "ok",
        "b.weight": "zero",
        "b.bias": "zero",
    }


def test_of_a_message_without_end_what_was_raised_is_told() -> None:
    error = RuntimeError("Traceback of TorchScript\n" + "A: \n" * 1_000_000 + "builtins.ValueError: " + "no\n" * 9_000)
    assert message_of(error) == ("no\n" * 9_000)[:4000]
    assert message_of(RuntimeError("no\n" * 2_000_000)) == ("no\n" * 9_000)[:4000]
