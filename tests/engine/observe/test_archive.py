"""What a file is, told from its bytes: what it is called, why it is no program, what to send instead."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import torch
from tests.engine.observe.samples import SAMPLES
from tests.engine.programs import build, imported

from whygrad.engine.observe.archive import RefusedError, debug_records, judge, recorded_inputs, sources
from whygrad.engine.skeleton import skeleton

PLAIN = SAMPLES["plain"].source


def saved(value: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return file.getvalue()


def state() -> dict[str, torch.Tensor]:
    return torch.nn.Linear(2, 3).state_dict()


def checkpoint() -> dict[str, Any]:
    model = torch.nn.Linear(2, 3)
    return {"model": model.state_dict(), "optimizer": torch.optim.SGD(model.parameters(), lr=0.1).state_dict()}


def pickled_module() -> bytes:
    with imported(PLAIN) as module:
        return saved(module.Net())


def legacy_module() -> bytes:
    with imported(PLAIN) as module:
        return saved(module.Net(), _use_new_zipfile_serialization=False)


def exported_program() -> bytes:
    with imported(PLAIN) as module:
        file = io.BytesIO()
        torch.export.save(torch.export.export(module.Net(), (torch.zeros(4, 6),)), file)
        return file.getvalue()


def safetensors() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "pickled module": (pickled_module, "a pickled module"),
    "pickled module, old format": (legacy_module, "a pickled module"),
    "state dict": (lambda: saved(state()), "a state_dict"),
    "state dict, old format": (lambda: saved(state(), _use_new_zipfile_serialization=False), "a state_dict"),
    "checkpoint": (lambda: saved(checkpoint()), "a state_dict"),
    "one tensor": (lambda: saved(torch.zeros(2)), "a state_dict"),
    "torch.export": (exported_program, "a torch.export archive"),
    "safetensors": (safetensors, "a safetensors file"),
    "onnx": (lambda: b"\x08\x08\x12\x07pytorch\x1a\x052.13.0:\x9c\x01", "an ONNX file"),
    "keras": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(64), "an HDF5 file"),
    "keras archive": (lambda: zipped("metadata.json", "config.json", "model.weights.h5"), "a Keras model"),
    "office document": (lambda: zipped("[Content_Types].xml", "word/document.xml"), "an office document"),
    "numpy": (lambda: b"\x93NUMPY\x01\x00v\x00", "a NumPy array"),
    "gzip": (lambda: b"\x1f\x8b" + bytes(20), "a gzip archive"),
    "web page": (lambda: b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
    "source": (lambda: PLAIN.encode(), "Python source"),
    "other zip": (lambda: zipped("readme"), "a zip archive of other files"),
    "pickle of plain data": (lambda: pickle.dumps({"a": 1}), "a pickle of plain values"),
    "nothing known": (lambda: os.urandom(64), "no file of a known kind"),
    "text": (lambda: b"hello", "no file of a known kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_is_no_program(name: str) -> None:
    make, what = REFUSED[name]
    with pytest.raises(RefusedError) as raised:
        judge(make())
    refusal = raised.value.refusal
    assert refusal.what.startswith(what)
    assert refusal.why
    assert "torch.jit.script" in refusal.instead


@pytest.mark.parametrize("kept", [8, 40, 400, -200, -30])
def test_upload_that_broke_off(kept: int) -> None:
    with pytest.raises(RefusedError) as raised:
        judge(build(PLAIN)[:kept])
    assert raised.value.refusal.what in ("a damaged archive", "no file of a known kind")


def test_changed_bytes_raise_nothing_else() -> None:
    upload = bytearray(build(PLAIN))
    for place in range(0, len(upload), 997):
        upload[place] ^= 0xFF
        with contextlib.suppress(RefusedError):
            judge(bytes(upload))
        upload[place] ^= 0xFF


def test_pickled_class_is_named_and_not_opened() -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.system, ("exit 1",)

    with pytest.raises(RefusedError) as raised:
        judge(saved({"model": Bomb()}))
    assert "system" in raised.value.refusal.why


def test_program_with_weights_and_without() -> None:
    upload = build(PLAIN)
    assert judge(upload).weights
    assert not judge(skeleton(upload)).weights


def test_inputs_that_tracing_recorded() -> None:
    upload = build(SAMPLES["trace"].source, {"export": "trace 4x6"})
    archive = judge(upload)
    assert recorded_inputs(archive, "forward") in (None, [{"shape": [4, 6], "dtype": "float32"}])
    assert recorded_inputs(archive, "encode") is None
    assert recorded_inputs(judge(build(PLAIN)), "forward") is None


def test_source_lines_that_the_archive_holds() -> None:
    found = sources(build(PLAIN))
    (lines,) = [lines for file, lines in found.items() if file.endswith("model.py")]
    assert "    return self.b(torch.relu(self.a(x)))" in lines.values() or any(
        "return self.b(torch.relu(self.a(x)))" in line for line in lines.values()
    )


def test_damaged_debug_record_costs_the_lines_alone() -> None:
    source = zipfile.ZipFile(io.BytesIO(build(PLAIN)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            out.writestr(name, b"\x80\x02broken" if name.endswith(".debug_pkl") else source.read(name))
    assert sources(target.getvalue()) == {}
    assert judge(target.getvalue()).weights


def test_operations_of_a_function_share_its_text() -> None:
    lines = "".join(f"        x = x * {i}.0\n" for i in range(50))
    source = f"class Net(nn.Module):\n    def forward(self, x):\n{lines}        return x\n"
    records = zipfile.ZipFile(io.BytesIO(build(source)))
    told = [r for name in records.namelist() if name.endswith(".debug_pkl") for r in debug_records(records.read(name))]
    assert len(told) > 50
    assert len({id(record.text) for record in told}) < 5
