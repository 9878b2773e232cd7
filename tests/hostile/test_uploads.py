"""Every upload that was made to do harm, sent to the running service: it ends by name, gets nothing, and is alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.engine.preflight.hostile import HOSTILE
from tests.hostile.conftest import IN_A_FILE, Service, laid_out
from tests.hostile.programs import GREEDY, PICKLES, PROGRAMS

LET_RUN = """
import resource, sys, torch
resource.setrlimit(resource.RLIMIT_AS, (2**34, 2**34))
for file in sys.argv[1:]:
    try:
        program = torch.jit.load(file)
        print(program.kept if hasattr(program, "kept") else program(torch.zeros(2, 4)) - program.linear.bias)
    except Exception as error:
        print(error)
"""
UNPICKLED = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_ends_by_name_and_gets_nothing(service: Service, healthy: bytes, name: str) -> None:
    make, codes = PROGRAMS[name]
    sent(service, make(service.prey), "2x4", codes)
    as_usual(service, healthy)


@pytest.mark.parametrize("name", HOSTILE)
def test_archive_is_refused_and_gets_nothing(service: Service, healthy: bytes, name: str) -> None:
    make, _what, _why = HOSTILE[name]
    sent(service, make(), "4", ["FMT903"])
    as_usual(service, healthy)


def sent(service: Service, upload: bytes, shape: str, codes: list[str]) -> None:
    """It is sent, and ends so, with nothing got and nothing left."""
    answer = service.send(upload, shape)
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert (document["status"], [finding["code"] for finding in document["findings"]]) == ("done", codes)
    assert document["environment"]["isolation"]["seccomp"]
    service.untouched(answer.text)


def as_usual(service: Service, healthy: bytes) -> None:
    """A sound program is told to be so."""
    answer = service.send(healthy, "2x4")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "healthy")


def test_let_run_they_would_have_what_they_want(tmp_path: Path, listener: socket.socket) -> None:
    files, preys = [tmp_path / name / "model.pt" for name in GREEDY], []
    for file, make in zip(files, GREEDY.values(), strict=True):
        file.parent.mkdir()
        preys.append(laid_out(file.parent, listener))
        file.write_bytes(make(preys[-1]))
    told = let_run(LET_RUN, *files)
    assert told.count(f"{sum(IN_A_FILE[:12].encode())}.") >= 2, told
    written = [name for name, prey in zip(GREEDY, preys, strict=True) if os.listdir(prey.room) == ["left"]]
    assert written == [name for name in GREEDY if name.startswith("writes")]


def test_unpickled_it_would_have_what_it_wants(tmp_path: Path, listener: socket.socket) -> None:
    prey, file = laid_out(tmp_path, listener), tmp_path / "model.pt"
    file.write_bytes(PICKLES["a pickle"](prey))
    let_run(UNPICKLED, file)
    assert os.listdir(prey.room) == ["left"]
    listener.accept()[0].close()


def let_run(program: str, *files: Path) -> str:
    """What is printed where nothing holds it."""
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program, *files], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout
