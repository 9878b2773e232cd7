"""What a probe writes down: the same tensor under one number, the same memory under another, and never too much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from tests.engine.observe.samples import LAYER, TWO, Sample
from tests.engine.programs import build

from whygrad.engine.examine import Unwatched
from whygrad.engine.observation import Event
from whygrad.engine.observe import probes
from whygrad.engine.observe.probes import Recorder, Site, recording, tensors_in
from whygrad.engine.observe.torchscript import TorchScriptProgram


@pytest.fixture
def recorder() -> Recorder:
    return Recorder((), Unwatched())


def seen(sample: Sample, *inputs: Any) -> tuple[TorchScriptProgram, tuple[Event, ...]]:
    program = TorchScriptProgram(build(sample.source))
    recorder = Recorder(program.sites, Unwatched())
    with recording(recorder):
        program.run(inputs)
    return program, recorder.events()


def test_tensor_keeps_its_number_and_views_share_memory(recorder: Recorder) -> None:
    tensor = torch.zeros(2, 3)
    view, other = tensor[0], torch.zeros(2, 3)
    one, again, part, else_ = map(recorder.identify, (tensor, tensor, view, other))
    assert one == again
    assert part.id != one.id
    assert part.storage == one.storage
    assert else_.storage != one.storage


def test_facts_of_a_tensor(recorder: Recorder) -> None:
    weight = torch.zeros(2, 3, requires_grad=True)
    made = (weight * 2).t()
    fact = recorder.identify(made)
    assert (fact.shape, fact.strides, fact.dtype, fact.device) == ((3, 2), (1, 3), "float32", "cpu")
    assert (fact.requires_grad, fact.leaf, fact.grad_fn, fact.version) == (True, False, "TBackward0", 0)
    assert recorder.identify(weight).leaf
    assert fact.floating
    assert fact.elements == 6


def test_write_is_a_new_version_of_the_same_tensor(recorder: Recorder) -> None:
    tensor = torch.zeros(3)
    before = recorder.identify(tensor)
    tensor.add_(1)
    after = recorder.identify(tensor)
    assert (after.id, after.storage, before.version, after.version) == (before.id, before.storage, 0, 1)


def test_number_outlives_the_python_object() -> None:
    sample = Sample(
        LAYER,
        "def forward(self, x):\n    kept = [self.a(x)]\n    other = x * 2\n    return kept[0] + other",
    )
    program, events = seen(sample, torch.zeros(4, 6))
    linear, add = (next(e for e in events if program.nodes[e.node].op == op) for op in ("aten::linear", "aten::add"))
    assert add.inputs[0].tensor.id == linear.outputs[0].id


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.zeros(3, device="meta"),
        lambda: torch.eye(3).to_sparse(),
        lambda: torch.zeros(0),
        lambda: torch.zeros((), dtype=torch.complex64),
        lambda: torch.zeros(2, dtype=torch.bool),
        lambda: torch.zeros(1).expand(5),
        lambda: torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8),
    ],
    ids=["meta", "sparse", "empty", "complex", "bool", "expanded", "quantized"],
)
def test_tensors_of_every_kind(recorder: Recorder, make: Any) -> None:
    tensor = make()
    assert recorder.identify(tensor).shape == tuple(tensor.shape)


def test_inference_tensors_have_no_version(recorder: Recorder) -> None:
    with torch.inference_mode():
        tensor = torch.zeros(2)
    assert recorder.identify(tensor).version == 0


def test_tensors_in_whatever_holds_them() -> None:
    a, b, c = torch.zeros(1), torch.zeros(2), torch.zeros(3)
    assert tensors_in((a, [3, (b,)], {"c": c, "n": None})) == [a, b, c]
    assert tensors_in(3) == []


def test_roles_of_tensors_in_lists_and_dicts() -> None:
    sample = Sample(LAYER, "def forward(self, x):\n    return torch.cat([x, self.a(x)], 1)")
    program, events = seen(sample, torch.zeros(4, 6))
    cat = next(e for e in events if program.nodes[e.node].op == "aten::cat")
    assert [o.role for o in cat.inputs] == ["tensors[0]", "tensors[1]"]


def test_a_list_that_grows_is_not_read_at_each_step() -> None:
    sample = Sample(
        LAYER,
        "def forward(self, x):\n    kept: List[torch.Tensor] = []\n    while len(kept) < 5:\n"
        "        kept.append(self.a(x))\n    return torch.stack(kept)",
    )
    program, events = seen(sample, torch.zeros(4, 6))
    carried = [(op, len(e.inputs), len(e.outputs)) for e in events if "Get" not in (op := program.nodes[e.node].op)]
    assert carried == [("aten::linear", 3, 1), ("aten::append", 1, 1)] * 5 + [("aten::stack", 5, 1)]


def test_gradient_mode_of_each_event() -> None:
    sample = Sample(
        TWO, "def forward(self, x):\n    with torch.no_grad():\n        y = self.a(x)\n    return self.b(y)"
    )
    program, events = seen(sample, torch.zeros(4, 6))
    modes = [(program.nodes[e.node].module, e.grad_mode) for e in events if program.nodes[e.node].op == "aten::linear"]
    assert modes == [("a", False), ("b", True)]


def test_events_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "EVENTS", 10)
    sample = Sample(LAYER, "def forward(self, x):\n    for i in range(20):\n        x = self.a(x)\n    return x")
    program = TorchScriptProgram(build(sample.source))
    recorder = Recorder(program.sites, Unwatched())
    with recording(recorder):
        program.run([torch.zeros(4, 6)])
    assert len(recorder.events()) == 10
    assert recorder.unlisted > 40
    recorder.begin()
    assert (len(recorder.events()), recorder.unlisted) == (0, 0)


def test_values_are_json_and_bounded(recorder: Recorder) -> None:
    values: Sequence[Any] = (float("nan"), "x" * 1000, list(range(1000)), [1, 2], torch.device("cpu"), None, True)
    recorder.enter(0, [f"v{i}" for i in range(len(values))], values)
    told = recorder.events()[0].values
    json.dumps(dict(told), allow_nan=False)
    assert (told["v0"], len(told["v1"]), told["v3"], told["v6"]) == ("nan", 256, [1, 2], True)
    assert "v2" not in told


def test_progress_is_told_before_an_operation_begins() -> None:
    told: list[int] = []

    class Watched(Unwatched):
        def at(self, node: int) -> None:
            told.append(node)

    recorder = Recorder((Site(None, 0, 7, ()), Site(7, 0, 8, ())), Watched())
    recorder.record((), 0)
    recorder.record((), 1)
    assert told == [7, 8]
    assert [(e.node, e.completed) for e in recorder.events()] == [(7, True), (8, False)]


def test_without_a_recorder_probes_do_nothing() -> None:
    sample = Sample(LAYER, "def forward(self, x):\n    return self.a(x)")
    program = TorchScriptProgram(build(sample.source))
    assert program.run([torch.zeros(4, 6)]).shape == (4, 6)
