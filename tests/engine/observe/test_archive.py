"""A file as the archive of a program: what it holds beside the program, and that nothing damaged gets further."""

from __future__ import annotations

import contextlib
import io
import struct
import time
import zipfile
from typing import Any

import pytest
from tests.engine.observe.samples import SAMPLES
from tests.engine.preflight.forging import archive, number, numbers, storage, tensor, text
from tests.engine.programs import build, examined

from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.lines import debug_records, sources
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.preflight.refusal import RefusedError
from whygrad.engine.skeleton import skeleton

PLAIN = SAMPLES["plain"].source


@pytest.mark.parametrize("kept", [8, 40, 400, -200, -30])
def test_upload_that_broke_off(kept: int) -> None:
    with pytest.raises(RefusedError) as raised:
        judge(build(PLAIN)[:kept])
    assert raised.value.refusal.what in ("a damaged archive", "of no known kind", "a text")


def test_changed_bytes_raise_nothing_else() -> None:
    upload, passed = bytearray(build(PLAIN)), 0
    places = range(0, len(upload), 997)
    for place in places:
        upload[place] ^= 0xFF
        with contextlib.suppress(RefusedError):
            judge(bytes(upload))
            passed += 1
        upload[place] ^= 0xFF
    assert passed < len(places)


def test_program_with_weights_and_without() -> None:
    upload = build(PLAIN)
    assert judge(upload).weights
    assert not judge(skeleton(upload)).weights


def test_inputs_that_tracing_recorded() -> None:
    upload = build(SAMPLES["trace"].source, {"export": "trace 4x6"})
    archive = judge(upload)
    assert recorded_inputs(archive, "forward") == [{"shape": [4, 6], "dtype": "float32"}]
    assert recorded_inputs(archive, "encode") is None
    assert recorded_inputs(judge(build(PLAIN)), "forward") is None


def test_a_missing_record_of_inputs_costs_the_default_alone() -> None:
    embedding = "class Net(nn.Embedding):\n    def __init__(self):\n        super().__init__(9, 3)\n"
    source = zipfile.ZipFile(io.BytesIO(build(embedding, {"export": "trace 2x3:int64[0,9)"})))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            if "/traced_inputs/" not in name:
                out.writestr(name, source.read(name))
    assert len(zipfile.ZipFile(target).namelist()) < len(source.namelist())
    assert recorded_inputs(judge(target.getvalue()), "forward") is None


def recorded(*inputs: bytes, numbers: bytes = b"") -> list[dict[str, Any]] | None:
    """The inputs of an archive, where such are recorded over one record of numbers."""
    pickled = b"\x80\x02}(" + text("forward") + b"](" + b"".join(inputs) + b"eu."
    return recorded_inputs(
        judge(archive(more={"m/traced_inputs.pkl": pickled, "m/traced_inputs/0": numbers})), "forward"
    )


def test_what_no_request_could_ask_for_is_no_recorded_input() -> None:
    wide = [tensor(storage(), size=(1 << side, 4), stride=(0, 0)) for side in (57, 58)]
    assert recorded(wide[0]) == [{"shape": [1 << 57, 4], "dtype": "float32"}]
    assert recorded(wide[1]) is None
    assert recorded(*[tensor(storage())] * 1_001) is None


def test_recorded_integers_are_drawn_from_what_they_were() -> None:
    long = tensor(storage("Long", count=2), size=(2,))
    assert recorded(long, numbers=struct.pack("<2q", -3, 7)) == [{"shape": [2], "dtype": "int64", "low": -3, "high": 8}]
    assert recorded(long, numbers=struct.pack("<2q", 5, 2**63 - 1)) == [
        {"shape": [2], "dtype": "int64", "low": 5, "high": 2**63 - 1}
    ]


def test_a_record_of_numbers_is_read_once_and_costs_no_list() -> None:
    byte = tensor(storage("Byte"))
    began = time.monotonic()
    assert len(recorded(*[byte] * 1_000, numbers=bytes(32 << 20)) or []) == 1_000
    assert time.monotonic() - began < 5


def test_source_lines_that_the_archive_holds() -> None:
    found = sources(build(PLAIN))
    (lines,) = [lines for file, lines in found.items() if file.endswith("model.py")]
    assert "    return self.b(torch.relu(self.a(x)))" in lines.values() or any(
        "return self.b(torch.relu(self.a(x)))" in line for line in lines.values()
    )


def lines_of(piece: int, begin: int, end: int) -> bytes:
    """A record of one line: which text of a table of one it is made of, and where in it."""
    source = b"(ctorch.jit._pickle\nbuild_intlist\n(](" + number(piece) + b"etR" + numbers([0, 1])[1:]
    place = b"(" + source + number(begin) + number(end) + b"t"
    ranges = b"((" + number(0) + place + number(0) + b"tt"
    return b"\x80\x02(" + text("FORMAT_WITH_STRING_TABLE") + b"(" + text("def f():\n") + b"t" + ranges + b"t."


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (lines_of(0, 0, 8), True),
        (lines_of(1, 0, 8), False),
        (lines_of(-1, 0, 8), False),
        (lines_of(0, 0, 99), True),
        (lines_of(0, 10, 99), False),
        (lines_of(0, 8, 2), False),
        (b"\x80\x02(", False),
        (b"\x80\x02).", False),
        (b"\x80\x02K\x05.", False),
        (b"", False),
    ],
)
def test_damaged_debug_record_costs_the_lines_alone(record: bytes, kept: bool) -> None:
    source = zipfile.ZipFile(io.BytesIO(build(PLAIN)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            out.writestr(name, record if name.endswith(".debug_pkl") else source.read(name))
    judged = judge(target.getvalue())
    assert judged.weights
    assert any(name.endswith(".debug_pkl") for name in zipfile.ZipFile(io.BytesIO(judged.data)).namelist()) == kept
    assert examined(target.getvalue(), {"inputs": [{"shape": [2, 6]}]})[-1]["verdict"] == "healthy"


def test_a_number_at_the_end_that_python_prints_longer_costs_no_lines() -> None:
    program = build(PLAIN.rstrip() + ".clamp(-1e9, 1e9)")
    assert sources(program) == sources(judge(program).data) != {}


def test_operations_of_a_function_share_its_text() -> None:
    lines = "".join(f"        x = x * {i}.0\n" for i in range(50))
    source = f"class Net(nn.Module):\n    def forward(self, x):\n{lines}        return x\n"
    records = zipfile.ZipFile(io.BytesIO(build(source)))
    told = [r for name in records.namelist() if name.endswith(".debug_pkl") for r in debug_records(records.read(name))]
    assert len(told) > 50
    assert len({id(record.text) for record in told}) < 5


@pytest.mark.parametrize(
    "content", ["()K\x01", "(K\x01K\x02tK\x03", "]](]e", "](X\x01\x00\x00\x00at](K\x00K\x00K\x00\x87e"]
)
def test_debug_record_of_another_form_costs_the_lines_alone(content: str) -> None:
    tag = b"X\x18\x00\x00\x00FORMAT_WITH_STRING_TABLE"
    assert debug_records(b"\x80\x02(" + tag + content.encode() + b"t.") == []


def test_records_beside_another_folder_are_not_read() -> None:
    upload = build(PLAIN)
    source, target = zipfile.ZipFile(io.BytesIO(upload)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            out.writestr(name, source.read(name))
            if name.endswith(".debug_pkl"):
                out.writestr(f"other/code/{name.rpartition('/')[2]}", b"\x80\x02)r\xff\xff\xff\xff.")
    assert judge(target.getvalue()).weights
    assert sources(target.getvalue()) == sources(upload)
