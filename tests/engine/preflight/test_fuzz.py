"""Whatever is in a file, it is answered or refused: nothing else is raised, and nothing is allocated without bound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.observe.samples import SAMPLES
from tests.engine.preflight.exporting import exported
from tests.engine.preflight.forging import archive
from tests.engine.preflight.mutations import BASES, changed_bytes, changed_records, hold, mutant
from tests.engine.programs import build

from whygrad.engine.observe.lines import sources

bounded = settings(
    max_examples=300, deadline=5_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("base", BASES)
def test_what_is_changed_was_sound(base: bytes) -> None:
    assert hold(base)


def test_lines_of_source_are_among_it() -> None:
    assert sources(BASES[1]) == {"m.py": {7: "def forward(self, x):", 8: "    return x"}}


@bounded
@given(st.data())
def test_changed_archive(data: st.DataObject) -> None:
    hold(mutant(lambda most: data.draw(st.integers(0, most))))


@bounded
@given(st.data())
def test_changed_archive_of_torch(data: st.DataObject) -> None:
    change = data.draw(st.sampled_from([changed_bytes, changed_records]))
    hold(change(build(SAMPLES["plain"].source), lambda most: data.draw(st.integers(0, most))))


@settings(bounded, max_examples=100)
@given(st.data())
def test_changed_archive_of_export(data: st.DataObject) -> None:
    hold(changed_records(exported(), lambda most: data.draw(st.integers(0, most))))


@bounded
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    hold(data)
    hold(b"\x80\x02" + data)
    hold(b"\x80\x04" + data)
    hold(b"PK\x03\x04" + data)


@bounded
@given(st.binary(max_size=300))
def test_any_bytes_as_values(data: bytes) -> None:
    hold(archive(b"\x80\x02" + data + b"."))
    hold(archive(more={"m/code/__torch__.py.debug_pkl": b"\x80\x02" + data + b"."}))


@bounded
@given(st.text(max_size=300))
def test_any_text_as_code(code: str) -> None:
    hold(archive(code=code.encode("utf-8", "replace").decode()))


def test_files_that_are_led_by_what_they_reach(tmp_path: Path) -> None:
    """A short run of `make fuzz`."""
    pytest.importorskip("atheris", reason="atheris has wheels for Linux on x86-64 alone")
    run = [sys.executable, "-m", "tests.fuzz", "-runs=1500", "-seed=1", f"-artifact_prefix={tmp_path}/"]
    afresh = ["sh", "-c", '"$@"; exit $?', "sh"]  # else its limit counts this process's peak too
    done = subprocess.run([*afresh, *run], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done 1500 runs" in done.stderr
