"""Programs whose names, source and messages are made to do harm where they are shown: they are text, and bounded."""

from __future__ import annotations

import io
import json
import runpy
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from whygrad.engine.spelling import LONGEST, LONGEST_SENTENCE
from whygrad.jobs import examination
from whygrad.render import text
from whygrad.sandbox import Limits

INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}
NAMES = [
    "<script>alert(1)</script>",
    "<!channel> `code` *bold*",
    "=HYPERLINK(1)",
    "bell\x07",
    "line#2030-01-01 INFO forged",
    "\x1b[2J\x1b[31mred",
    "exe\u202egpj",
    "one\u2028two\x85three",
    "__proto__",
    "{0[__class__]} %s%n {{7*7}}",
    "N" * 3_000,
]
NAMED = """
import torch

class Program(torch.nn.Module):
    def __init__(self, names):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)
        for name in names:
            self.register_parameter(name, torch.nn.Parameter(torch.ones(1)))

    def forward(self, x):
        return self.linear(x)
"""
PLACEHOLDER = "placeholder_of_a_name"
RAISING = r"""
told = 'boom\n2030-01-01 INFO forged \x1b[2J\x1b[31mred'
for i in range(15):
    told = told + told
raise RuntimeError(told)
"""
SOURCE = 'print("</script>\u202e`<!channel>`")\nreturn self.linear(x).detach()'


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return tmp_path / "model.pt"


def named(*names: str) -> bytes:
    """The archive of a healthy program with a parameter of each of these names, which nothing uses."""
    import torch

    made = runpy.run_path(str(_written(NAMED)), run_name="model")["Program"](names)
    archive = io.BytesIO()
    torch.jit.save(torch.jit.script(made), archive)
    return archive.getvalue()


def _written(source: str) -> Path:
    path = Path(tempfile.mkdtemp()) / "model.py"
    path.write_text(source)
    return path


def edited(archive: bytes, before: bytes, in_code: bytes, in_data: bytes | None = None) -> bytes:
    """An archive with its records changed, such as no exporter writes it; `in_data` is as long as `before`."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w") as new:
        for record in old.infolist():
            after = in_code if in_data is None or record.filename.endswith(".py") else in_data
            new.writestr(record.filename, old.read(record).replace(before, after))
    return made.getvalue()


def examined(upload: Path, program: bytes) -> dict[str, Any]:
    """The diagnosis, once all that holds for every document has been seen to hold."""
    upload.write_bytes(program)
    document = examination.examine(upload, {"inputs": [INPUT]}, limits=Limits(20, 2**30))
    written = json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    assert len(written) < 1_000_000
    assert {c for _, told in texts(document) for c in told if hidden(c)} <= {"\n", "\t"}
    assert max(len(told) for _, told in texts(document)) <= LONGEST_SENTENCE
    page = text.render(document)
    assert {c for c in page if hidden(c)} == {"\n"}
    assert len(page) < 20_000
    return document


def texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a document with its field, and every key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield "", key
            yield from texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, field)
    elif isinstance(value, str):
        yield field, value


def hidden(character: str) -> bool:
    """Whether a terminal or a page would not show it as itself."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def test_names_are_text(upload: Path) -> None:
    document = examined(upload, edited(named(*NAMES), b"line#", rb"line\012", b"line\n"))
    told = {parameter["name"] for parameter in document["parameters"]}
    assert {"<script>alert(1)</script>", "__proto__", r"bell\x07", r"line\n2030-01-01 INFO forged"} <= told
    assert {r"exe\u202egpj", r"\x1b[2J\x1b[31mred", r"one\u2028two\x85three"} <= told
    assert max(map(len, told)) == LONGEST
    (finding,) = document["findings"]
    assert (finding["code"], set(finding["parameters"]) <= told) == ("PAR203", True)


@pytest.mark.parametrize("bytes_of_no_character", [b"\xed\xa0\x80", b"\xff\xfe", b"\xc3", b"\\355\\240\\200", b"\\377"])
def test_a_name_that_is_no_text(upload: Path, bytes_of_no_character: bytes) -> None:
    archive = edited(named(PLACEHOLDER), PLACEHOLDER.encode(), PLACEHOLDER[:12].encode() + bytes_of_no_character)
    assert examined(upload, archive)["verdict"] is not None


def test_a_name_without_end(upload: Path) -> None:
    assert examined(upload, named("N" * 1_000_000))["verdict"] == "undetermined"


def test_a_message_is_text(upload: Path, program: Callable[[str], bytes]) -> None:
    document = examined(upload, program(RAISING))
    assert r"\x1b[2J" in document["forward"]["error"]["message"]
    assert "\n" not in document["headline"]


def test_source_is_text(upload: Path, program: Callable[[str], bytes]) -> None:
    document = examined(upload, program(SOURCE))
    assert document["findings"][0]["code"] == "CUT101"
    lines = [line["source"] for line in document["findings"][0]["location"]["context"]]
    assert any(r"</script>\u202e`<!channel>`" in line for line in lines)


def test_a_program_describes_itself_in_text(upload: Path) -> None:
    archive = edited(named(PLACEHOLDER), b"forward", b"forward\xe2\x80\xae")
    upload.write_bytes(archive)
    described = examination.describe(upload, limits=Limits(20, 2**30))
    assert not [told for _, told in texts(described) if any(map(hidden, told))]
