"""What is no sound archive of torch.export is refused with the reason, and costs no more than it holds."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from tests.engine.exported.exporting import PROGRAM, SOURCE, called, changed, of_source
from tests.engine.preflight.forging import packed

from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.torchscript import TorchScriptProgram
from whygrad.engine.preflight.refusal import RefusedError

CHOICE = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 4)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda h: h + 1, lambda h: h - 1, (self.a(x),))
"""

AUTOCAST = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 4)

    def forward(self, x):
        with torch.autocast("cpu"):
            return self.a(x)
"""


def versioned(program: dict[str, Any]) -> None:
    program["schema_version"]["major"] = 9


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a choice": (lambda: of_source(CHOICE), "it holds torch.cond, of which either branch may run"),
    "autocast": (lambda: of_source(AUTOCAST), "a part of it runs in torch.autocast"),
    "inference": (lambda: of_source(SOURCE, decomposed=True), "which leaves out every detach"),
    "a newer schema": (lambda: changed(of_source(SOURCE), PROGRAM, versioned), "its schema has version '9'"),
    "no graph": (lambda: changed(of_source(SOURCE), PROGRAM, lambda told: {**told, "graph_module": 3}), "described"),
    "a list": (lambda: changed(of_source(SOURCE), PROGRAM, lambda told: [told]), "described"),
}


def pointed(entry: dict[str, Any]) -> None:
    for told in entry["config"].values():
        told["tensor_meta"]["sizes"] = [{"as_int": 1 << 40}]
        told["tensor_meta"]["strides"] = [{"as_int": 1}]


def lost(entry: dict[str, Any]) -> None:
    for told in entry["config"].values():
        told["path_name"] = "../../etc/passwd"


def unmeasured(entry: dict[str, Any]) -> None:
    for told in entry["config"].values():
        told["tensor_meta"]["sizes"] = [{"as_int": float("inf")}]


def uncalled(program: dict[str, Any]) -> None:
    program["graph_module"]["module_call_graph"] = []


def of_class(module: str) -> Callable[[dict[str, Any]], None]:
    """Every operation was called by the program, and in it by a module of that path and class."""

    def change(program: dict[str, Any]) -> None:
        for node in program["graph_module"]["graph"]["nodes"]:
            node["metadata"]["nn_module_stack"] = f"k,,model.Net;e,{module};"

    return change


def called_through_many(archive: bytes) -> bytes:
    """An archive whose first operation takes a value with a long name through a hundred modules."""

    def change(program: dict[str, Any]) -> None:
        deep = (f"{depth},{'.'.join(['a'] * (depth + 1))},model.Block" for depth in range(100))
        metadata = {"nn_module_stack": f"k,,model.Net;{';'.join(deep)}"}
        program["graph_module"]["graph"]["nodes"][0]["metadata"] = metadata
        text = json.dumps(program).replace('"name": "x"', f'"name": "{"x" * 50_000}"')
        program.update(json.loads(text))

    return changed(archive, PROGRAM, change)


def sharing(entry: dict[str, Any]) -> None:
    """Every tensor is the same few numbers, each time of another kind."""
    some = [*entry["config"].values()]
    for number in range(13):
        meta = some[0]["tensor_meta"] | {"dtype": 1 + number % 13, "sizes": [], "strides": []}
        entry["config"][f"more{number}"] = some[0] | {"tensor_meta": meta}


def shared(archive: bytes) -> bytes:
    """An archive whose program has as many parameters, all of one record."""

    def taken(program: dict[str, Any]) -> None:
        for number in range(13):
            argument = {"name": f"more{number}"}
            module = program["graph_module"]
            module["graph"]["inputs"].insert(0, {"as_tensor": argument})
            told = {"arg": argument, "parameter_name": f"more{number}"}
            module["signature"]["input_specs"].insert(0, {"parameter": told})

    return changed(changed(archive, "weights_config.json", sharing), PROGRAM, taken)


def named(name: str) -> Callable[[dict[str, Any]], None]:
    """An argument is given by that name."""

    def change(program: dict[str, Any]) -> None:
        program["graph_module"]["graph"]["nodes"][0]["inputs"][0] |= {"kind": 2, "name": name}

    return change


def renamed(program: dict[str, Any]) -> None:
    node = program["graph_module"]["graph"]["nodes"][0]
    node["outputs"][0]["as_tensor"]["name"] = "x = torch.save(0, 'f')\n    y"


REFUSED |= {
    "tensors beyond their numbers": (
        lambda: changed(of_source(SOURCE), "weights_config.json", pointed),
        "reaches beyond its storage",
    ),
    "numbers that are elsewhere": (lambda: changed(of_source(SOURCE), "weights_config.json", lost), "described"),
    "a call of Python": (lambda: changed(of_source(SOURCE), PROGRAM, called("os.system")), "'os.system'"),
    "an operation on files": (
        lambda: changed(of_source(SOURCE), PROGRAM, called("torch.ops.aten.from_file.default")),
        "reads and writes a file",
    ),
    "a name that is code": (lambda: changed(of_source(SOURCE), PROGRAM, renamed), "described"),
    "an argument that is code": (
        lambda: changed(of_source(SOURCE), PROGRAM, named('x)\n    y = torch.save(0, "f"')),
        "described",
    ),
    "a size without end": (lambda: changed(of_source(SOURCE), "weights_config.json", unmeasured), "described"),
    "nothing returned": (lambda: changed(of_source(SOURCE), PROGRAM, uncalled), "described"),
    "a class name without end": (
        lambda: changed(of_source(SOURCE), PROGRAM, of_class("enc," + "A." * 100_000)),
        "described",
    ),
    "modules in modules": (
        lambda: changed(of_source(SOURCE), PROGRAM, of_class("enc" + ".a" * 100_000 + ",B")),
        "lies more than 100 deep",
    ),
    "methods without end": (lambda: called_through_many(of_source(SOURCE)), "more than 8 MiB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_with_the_reason(name: str) -> None:
    make, why = REFUSED[name]
    with pytest.raises(RefusedError, match=why):
        judge(make())


def test_a_record_of_many_tensors_is_written_once() -> None:
    written = zipfile.ZipFile(io.BytesIO(judge(shared(of_source(SOURCE))).data)).namelist()
    assert len([name for name in written if name.startswith("exported/data/")]) == 8


def held_without_end() -> bytes:
    """A pickle in which each pair holds the one before it twice."""
    return b"\x80\x02)q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"."


def test_examples_that_hold_themselves_without_end_are_left_out() -> None:
    saved = packed({"archive/data.pkl": held_without_end(), "archive/version": b"3\n"})
    archive = of_source(SOURCE)
    records = zipfile.ZipFile(io.BytesIO(archive))
    told = {name: saved if name.endswith("model.pt") else records.read(name) for name in records.namelist()}
    assert judge(packed(told)).recorded_inputs is False


def told_as(trace: str) -> bytes:
    def change(program: dict[str, Any]) -> None:
        for node in program["graph_module"]["graph"]["nodes"]:
            node["metadata"]["stack_trace"] = trace

    return changed(of_source(SOURCE), PROGRAM, change)


@pytest.mark.parametrize("trace", ["\n" * 200_000, "\n \t" * 100_000], ids=["", "blank"])
def test_lines_of_nothing_cost_no_time(trace: str) -> None:
    program = TorchScriptProgram(judge(told_as(trace)).data, exported=True)
    assert [node.op for node in program.nodes if node.op == "aten::detach"]
