"""What torch writes is taken, whatever is in it: every program that it loads, preflight lets through."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import torch
from tests.engine.preflight.honest import PROGRAMS, for_phones, packed_again, streamed, written

from whygrad.engine.observe.archive import judge
from whygrad.engine.skeleton import skeleton

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns of old ways, and these are they

CASES = sorted(Path("tests/cases").glob("*/*.pt"))
NO_PROGRAMS = {"module_saved_whole", "state_dict_without_a_program"}


def loads(archive: bytes) -> bool:
    """Whether torch loads it."""
    torch.jit.load(io.BytesIO(archive), map_location="cpu")  # type: ignore[no-untyped-call]
    return True


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_taken(name: str) -> None:
    archive = written(name)
    assert loads(archive)
    judged = judge(archive)
    assert not judge(judged.skeleton).weights


@pytest.mark.parametrize("name", ["scripted", "values of every kind", "packed in eight bits"])
def test_archive_that_was_handled_is_taken(name: str) -> None:
    archive = written(name)
    for handled in (
        packed_again(archive),
        packed_again(archive, zipfile.ZIP_STORED),
        packed_again(archive, beside="__MACOSX/._archive"),
        streamed(archive),
    ):
        assert loads(handled)
        assert judge(handled).weights == judge(archive).weights


def test_files_beside_the_program_are_its_owners_business() -> None:
    more = {"labels.json": b"{}", "notes/Größe.txt": b"x", "config.pkl": b"\x80\x05K\x01.", "code/mine.py": b"((("}
    archive = written("scripted", _extra_files=more)
    assert loads(archive)
    assert judge(archive).weights


def test_archive_for_phones_is_taken() -> None:
    archive = for_phones("scripted")
    assert loads(archive)
    assert judge(archive).weights


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case_is_taken(file: Path) -> None:
    if file.stem not in NO_PROGRAMS:
        judge(file.read_bytes())


def large(megabytes: int) -> bytes:
    """A program with so many megabytes of weights."""
    file = io.BytesIO()
    model = torch.nn.Module()
    model.w = torch.nn.Parameter(torch.zeros(megabytes, 1 << 18))
    model.forward = lambda x: x  # type: ignore[method-assign]
    torch.jit.save(torch.jit.trace(model, torch.zeros(1), check_trace=False), file)
    return file.getvalue()


def test_weights_are_not_read() -> None:
    """The numbers cost nothing: neither time nor memory grows with them."""
    small, big = large(1), large(400)
    tracemalloc.start()
    began = time.process_time()
    judge(big)
    seconds = time.process_time() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 << 20
    began = time.process_time()
    judge(small)
    assert seconds < 20 * (time.process_time() - began) + 0.05
    assert len(skeleton(big)) < 20_000
