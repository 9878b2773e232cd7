"""A skeleton is the same program without its floating numbers: same names, same sharing, same structure."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from typing import Any

import pytest
import torch
from tests.engine.observe.samples import SAMPLES, Sample
from tests.engine.preflight.forging import packed
from tests.engine.programs import build

from whygrad.engine.skeleton import move_to_meta, skeleton

INTEGERS = Sample(
    """
self.a = nn.Linear(6, 6)
self.register_buffer("table", torch.arange(7))
self.register_buffer("mask", torch.tensor([True, False]))
self.register_buffer("scale", torch.ones(3))
self.plain = torch.arange(2.0)
self.in_half = nn.Parameter(torch.ones(2, dtype=torch.float16))
self.in_double = nn.Parameter(torch.ones(2, dtype=torch.float64))
self.in_complex = nn.Parameter(torch.ones(2, dtype=torch.complex64))
self.view = nn.Parameter(self.a.weight.data[1:3])
""",
    "def forward(self, x):\n    return self.a(x) + self.plain.sum() + self.table[0] + torch.tensor([1, 2]).sum()",
)
PROGRAMS = {
    name: SAMPLES[name]
    for name in ("plain", "tied weight", "shared layer", "lstm", "convolutions", "buffer", "trace", "no parameters")
} | {"every type": INTEGERS}

each_program = pytest.mark.parametrize("sample", PROGRAMS.values(), ids=PROGRAMS.keys())


def load(data: bytes) -> Any:
    return torch.jit.load(io.BytesIO(data))  # type: ignore[no-untyped-call]


def tensors(module: Any) -> dict[str, torch.Tensor]:
    held = dict(module.named_parameters(remove_duplicate=False))
    return held | dict(module.named_buffers(remove_duplicate=False))


def described(tensor: torch.Tensor) -> tuple[Any, ...]:
    return tensor.shape, tensor.stride(), tensor.storage_offset(), tensor.dtype, tensor.requires_grad


def records(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


@each_program
def test_floats_have_no_numbers_and_integers_keep_theirs(sample: Sample) -> None:
    upload = build(sample.source, {"export": sample.export})
    whole, bare = tensors(load(upload)), tensors(load(skeleton(upload)))
    assert whole.keys() == bare.keys()
    for name, tensor in whole.items():
        floating = tensor.is_floating_point() or tensor.is_complex()
        assert described(bare[name]) == described(tensor)
        assert bare[name].is_meta == floating
        assert floating or torch.equal(bare[name], tensor)


@each_program
def test_what_shares_memory_still_does(sample: Sample) -> None:
    upload = build(sample.source, {"export": sample.export})
    assert sharing(load(upload)) == sharing(load(skeleton(upload)))


def sharing(module: Any) -> list[list[str]]:
    """The names of the tensors that lie in the same memory."""
    groups: dict[int, list[str]] = {}
    for name, tensor in tensors(module).items():
        groups.setdefault(tensor.untyped_storage()._cdata, []).append(name)
    return sorted(groups.values())


@each_program
def test_everything_else_stays_byte_for_byte(sample: Sample) -> None:
    upload = build(sample.source, {"export": sample.export})
    whole, bare = records(upload), records(skeleton(upload))
    assert list(whole) == list(bare)
    for name in whole:
        if "/data" not in name:
            assert whole[name] == bare[name]


def test_skeleton_of_a_skeleton_is_the_same_program() -> None:
    once = skeleton(build(INTEGERS.source))
    assert records(skeleton(once)).keys() == records(once).keys()
    assert all(t.is_meta for t in tensors(load(skeleton(once))).values() if t.is_floating_point())


def test_size_is_that_of_the_code() -> None:
    wide = Sample("self.a = nn.Linear(512, 512)", "def forward(self, x):\n    return self.a(x)")
    upload = build(wide.source)
    assert len(upload) > 1_000_000
    assert len(skeleton(upload)) < 20_000


def test_gradients_flow_through_it_as_through_the_program() -> None:
    module = load(skeleton(build(SAMPLES["tied weight"].source)))
    module(torch.empty(4, 6, device="meta")).sum().backward()
    assert all(p.grad is not None and p.grad.is_meta for p in module.parameters())


def test_floats_are_moved_once() -> None:
    upload = build(SAMPLES["plain"].source)
    program = next(data for name, data in records(upload).items() if name.endswith("/data.pkl"))
    moved, emptied = move_to_meta(program)
    assert len(emptied) == 4
    assert move_to_meta(moved)[1] == set()


def test_what_was_saved_on_a_gpu_loads_without_one() -> None:
    sample = Sample(
        'self.register_buffer("table", torch.arange(7))',
        "def forward(self, x):\n    return x + torch.tensor([1.0, 2.0]).sum() + self.table[0]",
        export="trace 4x6",
    )
    held = records(build(sample.source, {"export": sample.export}))
    on_gpu = {name: data.replace(b"\x03\x00\x00\x00cpu", b"\x06\x00\x00\x00cuda:0") for name, data in held.items()}
    assert sum(b"cuda:0" in data for name, data in on_gpu.items() if name.endswith(("/data.pkl", "constants.pkl"))) == 2
    module = load(skeleton(packed(on_gpu)))
    assert {t.device.type for t in tensors(module).values()} == {"cpu"}
    assert module(torch.ones(4, 6)).sum() == 4 * 6 * 4


def test_no_program_no_skeleton() -> None:
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    with pytest.raises(ValueError, match=r"data\.pkl"):
        skeleton(empty.getvalue())


def test_it_needs_the_standard_library_alone() -> None:
    code = "import sys, whygrad.engine.skeleton; print({'torch', 'numpy'} & sys.modules.keys() or '')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
