"""A program with probes ends as the program does, and tells of every operation whose line it is."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
import torch
from tests.engine.observe.samples import SAMPLES, Sample
from tests.engine.programs import build

from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.probes import Recorder, recording, tensors_in
from whygrad.engine.observe.torchscript import TorchScriptProgram, UnknownMethodError

each_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())


class Watched:
    """Progress that is counted."""

    def __init__(self) -> None:
        self.nodes: list[int] = []

    def enter(self, pass_name: str) -> None:
        """A pass begins."""

    def at(self, node: int) -> None:
        self.nodes.append(node)


def exported(sample: Sample) -> bytes:
    return build(sample.source, {"export": sample.export})


def arguments(sample: Sample, program: TorchScriptProgram) -> list[Any]:
    return Sampler(0, meta=False).arguments(list(sample.inputs), program.signature())


def plain_run(sample: Sample, inputs: list[Any]) -> tuple[Any, ...]:
    """How the program ends without us."""
    module = torch.jit.load(io.BytesIO(exported(sample)))  # type: ignore[no-untyped-call]

    def run() -> Any:
        with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
            return getattr(module, sample.method)(*inputs)

    return ending(module, run, sample)


def probed_run(sample: Sample, program: TorchScriptProgram) -> tuple[Any, ...]:
    """How it ends under our probes."""
    inputs = arguments(sample, program)
    with recording(Recorder(program.sites, Watched())):
        return ending(program.module, lambda: program.run(inputs), sample)


def ending(module: Any, run: Any, sample: Sample) -> tuple[Any, ...]:
    """Outputs, gradients and buffers after one step, or the text of what was raised."""
    module.train(sample.mode == "train")
    torch.manual_seed(1)
    try:
        outputs = run()
        floating = [t for t in tensors_in(outputs) if t.is_floating_point() and t.requires_grad]
        parts = [(t * torch.linspace(1, 2, t.numel()).reshape(t.shape)).sum() for t in floating]
        torch.autograd.backward(parts)
    except Exception as error:
        return (last_line(error),)
    gradients = {name: p.grad for name, p in module.named_parameters()}
    return described(outputs), gradients, dict(module.named_buffers())


def last_line(error: Exception) -> str:
    """What was raised, without the listing of frames, which differs."""
    return str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__


def described(value: Any) -> Any:
    return tuple(described(v) for v in value) if isinstance(value, list | tuple) else value


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, torch.Tensor):
        assert (one.requires_grad, type(one.grad_fn)) == (other.requires_grad, type(other.grad_fn))
        torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    else:
        assert one == other


@each_sample
def test_probes_change_nothing(sample: Sample) -> None:
    program = TorchScriptProgram(exported(sample), sample.method)
    plain = plain_run(sample, arguments(sample, program))
    assert (len(plain) == 1) == sample.fails, plain
    assert_same(plain, probed_run(sample, program))


@each_sample
def test_every_operation_that_ran_was_seen_once(sample: Sample) -> None:
    program = TorchScriptProgram(exported(sample), sample.method)
    watched = Watched()
    recorder = Recorder(program.sites, watched)
    with recording(recorder), contextlib.suppress(Exception):
        program.run(arguments(sample, program))
    events = recorder.events()
    assert [event.node for event in events] == watched.nodes
    assert all(event.completed for event in events[:-1])
    ops = {program.nodes[event.node].op for event in events}
    assert not ops & {"prim::fork", "aten::wait", "prim::CallFunction"}


def test_unknown_method_names_those_that_there_are() -> None:
    with pytest.raises(UnknownMethodError) as raised:
        TorchScriptProgram(exported(SAMPLES["exported method"]), "decode")
    assert raised.value.names == ("encode", "forward")


def test_only_what_was_recorded_is_a_trace() -> None:
    some = ("plain", "convolutions", "no parameters", "trace", "trace of a convolution", "trace of an lstm")
    traced = {name for name in some if TorchScriptProgram(exported(SAMPLES[name])).traced}
    assert traced == {name for name in some if name.startswith("trace")}


def test_names_of_what_is_shared() -> None:
    program = TorchScriptProgram(exported(SAMPLES["shared layer"]))
    named = dict(program.parameters())
    assert named.keys() == {"a.weight", "a.bias", "again.weight", "again.bias"}
    assert named["a.weight"] is named["again.weight"]
    assert {"", "a", "again"} <= program.modules().keys()


def test_signature_tells_names_types_and_what_may_be_left_out() -> None:
    signature = TorchScriptProgram(exported(SAMPLES["defaults"])).signature()
    told = [(f.name, f.type, f.required) for f in signature.formals]
    assert told[:3] == [("x", "Tensor", True), ("times", "int", False), ("scale", "float", False)]
    assert signature.place is not None
    assert signature.place.source is not None
    assert signature.place.source.startswith("def forward(self, x, times: int = 2")


def test_a_call_that_cannot_be_looked_into_is_told() -> None:
    program = TorchScriptProgram(exported(SAMPLES["interface call"]))
    assert [program.nodes[number].op for number in program.opaque] == ["prim::CallMethod"]


def test_interface_of_an_attribute_is_seen_through_for_each_owner() -> None:
    program = TorchScriptProgram(exported(SAMPLES["interface of an attribute"]))
    assert program.opaque == ()
    where = [(node.op, node.module) for node in program.nodes if node.op.startswith("aten::")]
    assert where == [
        ("aten::linear", "left.layer.fc"),
        ("aten::add", "left"),
        ("aten::mul", "right.layer"),
        ("aten::add", "right"),
    ]
