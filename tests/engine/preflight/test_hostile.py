"""Archives that were made to do harm: each is refused, in words that say what is wrong, before torch reads it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zipfile

import pytest
from tests.engine.preflight.forging import CLASS, archive, method, packed, program, records, storage, tensor
from tests.engine.preflight.hostile import (
    HOSTILE,
    calls_twice,
    compressed,
    sparse,
    through_submodules,
    with_forward,
)
from tests.engine.programs import build, examined

from whygrad.engine.describe import describe
from whygrad.engine.locate import locate
from whygrad.engine.observe.archive import judge
from whygrad.engine.outreach import HARMLESS, reach
from whygrad.engine.preflight.refusal import RefusedError


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_archive_is_refused_in_words(name: str) -> None:
    make, what, why = HOSTILE[name]
    data = make()
    began = time.perf_counter()
    with pytest.raises(RefusedError) as raised:
        judge(data)
    assert time.perf_counter() - began < 10
    assert raised.value.refusal.what == what
    assert why in raised.value.refusal.why
    assert raised.value.refusal.why.isprintable()


def test_sound_archive_of_the_same_make_is_taken() -> None:
    assert judge(archive()).weights
    assert judge(packed(records(), zipfile.ZIP_DEFLATED)).weights
    assert judge(sparse([0, 1, 0, 2])).weights
    assert judge(compressed([0, 1, 2, 2], [0, 2])).weights
    assert judge(archive(code=calls_twice(12))).weights
    assert judge(archive(code=through_submodules(12))).weights


REACHING = [
    'return torch.from_file("f", False, 3)',
    'ops.aten.save(x, "f")',
    'torch . save(x, "f")',
    'torch.\\\n    save(x, "f")',
    'y = "a\\\nb" ; torch.save(x, "f")',
    "ops.c10d.barrier(x)",
    "ops.inductor._reinterpret_tensor(x, [1], [1], 99)",
    "ops.mkldnn.data_ptr(x)",
    "ops.whygrad.halt()",
    "ops.whygrad.seen([x], 0)",
    '(torch).save(x, "f")',
    '(torch).\\\n    save(x, "f")',
]


@pytest.mark.parametrize("line", REACHING)
@pytest.mark.parametrize("where", ["forward", "__setstate__"])
def test_operation_that_reaches_beyond_is_refused_before_it_is_loaded(line: str, where: str) -> None:
    (document,) = examined(archive(code=CLASS + method(line, name=where)), {"inputs": [{"shape": [4]}]})
    (finding,) = document["findings"]
    assert (finding["code"], document["verdict"]) == ("RUN004", "undetermined")
    assert finding["location"]["op"] in finding["title"]
    assert document["passes"] == []


def test_words_in_texts_and_names_of_its_own_are_no_operations() -> None:
    own = method("return torch.mul(x, 2)", name="save")
    code = CLASS + own + method('print("use torch.save(x) or ops.aten.save((((")', "return (self).save(x, )")
    assert judge(archive(code=code)).weights


def test_no_door_leads_past_it() -> None:
    data = archive(program(tensor(storage(count=4096), 0, (4096,))))
    assert "16,384" in describe(data)["refused"]["why"]
    with pytest.raises(RefusedError):
        locate(data, {}, 0)
    (document,) = examined(data, {})
    assert [f["code"] for f in document["findings"]] == ["FMT903"]


def test_line_of_an_operation_that_reaches_beyond_is_told() -> None:
    source = "class Net(nn.Module):\n    def forward(self, x):\n        y = x * 2\n"
    (document,) = examined(build(f"{source}        return y + torch.from_file('w.bin', False, 3)\n"), {})
    location = document["findings"][0]["location"]
    assert (location["op"], location["file"]) == ("aten::from_file", "model.py")
    assert location["source"] == "return y + torch.from_file('w.bin', False, 3)"
    assert location["stack"][0]["function"] == "forward"


def test_program_that_torch_cannot_load_is_described_as_such() -> None:
    told = describe(with_forward("return torch.no_such_operation(x)"))
    assert told["refused"]["what"] == "a TorchScript archive that does not load"
    assert "no_such_operation" in told["refused"]["why"]


def test_every_operation_of_torch_was_decided_upon() -> None:
    """A namespace that is new in torch has to be looked at, and so has what is written in words of files."""
    listing = "print(*{schema.name for schema in torch._C._jit_get_all_schemas()})"
    listed = subprocess.run(
        [sys.executable, "-c", f"import torch, whygrad.engine.examine\n{listing}"],
        capture_output=True,
        text=True,
        check=True,
    )
    names = listed.stdout.split()
    spaces = {name.partition("::")[0] for name in names}
    decided = set(HARMLESS) | {space for space in spaces if reach(f"{space}::anything")}
    assert spaces <= decided
    files = {name for name in names if re.search(r"file(?!r)|::(?:save|load)", name) and "profile" not in name}
    assert files
    assert all(reach(name) for name in files)
