"""Everything in the README is true: its tables are generated, its commands are run against the real service."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from examples import demo

from tests import readme

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("readme")
    demo.export("detached_encoder", path)
    return path


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("w+"))
        yield stack.enter_context(demo.running("127.0.0.1:0", folder / "data", log))[1]


def run(command: list[str], folder: Path, address: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "WHYGRAD_SERVER": address}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_tables_are_generated() -> None:
    assert readme.written() == readme.README.read_text(), "python -m tests.readme writes it anew"


def test_first_diagnosis_is_real(folder: Path, address: str) -> None:
    (block,) = readme.blocks("check")
    command, _, shown = block.partition("\n")
    assert run(["sh", "-c", command.removeprefix("$ ")], folder, address).startswith(shown.rstrip())


@pytest.mark.parametrize("block", readme.blocks("shell"))
def test_shell_commands_work(block: str, folder: Path, address: str) -> None:
    told = run(["sh", "-ec", block.replace(ADDRESS, address)], folder, address)
    assert "CUT101" in told


@pytest.mark.parametrize("block", readme.blocks("python"))
def test_python_works(block: str, folder: Path, address: str) -> None:
    told = run([sys.executable, "-c", block.replace(ADDRESS, address)], folder, address)
    assert "suspect" in told
    assert "CUT101 h = self.proj(x).detach()" in told


def test_options_are_written_as_their_help_does() -> None:
    written = re.findall(r"`(--[a-z-]+ [A-Z]+)`", readme.README.read_text())
    assert written
    assert [option for option in written if option not in readme.commands()] == []


def test_commands_exist_in_the_makefile() -> None:
    targets = (readme.README.parent / "Makefile").read_text()
    assert all(f"\n{name}:" in targets for name in ("demo", "serve", "test", "lint", "bench"))
