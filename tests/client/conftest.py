"""The real service: started once, on a free port."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from whygrad import sandbox
from whygrad.sandbox import nursery
from whygrad_client import Client

SETTINGS = {"WHYGRAD_MAX_UPLOAD_BYTES": "1000000", "WHYGRAD_JOB_SECONDS": "1.5"}
DETACHED = """
h = self.linear(x)
h = h.detach()
return h.sum()
"""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    with serving(tmp_path_factory.mktemp("service"), SETTINGS) as address:
        yield address


@pytest.fixture(scope="session")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that takes programs which are sent in a request of their own."""
    with serving(tmp_path_factory.mktemp("roomy"), {}) as address:
        yield address


@contextmanager
def serving(folder: Path, settings: Mapping[str, str]) -> Iterator[str]:
    """The address of a service with these settings, until the end of the `with`."""
    command = [sys.executable, "-m", "whygrad.serve", "--bind", "127.0.0.1:0", "--data", str(folder / "data")]
    with (folder / "log").open("w") as log:
        told = {**os.environ, **settings}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=told)
    assert process.stdout
    try:
        address = next((line.split()[-1] for line in process.stdout if "listens on" in line), None)
        assert address, (folder / "log").read_text()
        yield address
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


@pytest.fixture
def client(service: str) -> Iterator[Client]:
    with Client(service) as client:
        yield client


@pytest.fixture(scope="session")
def saved(program: Callable[[str], bytes], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Path]:
    """Saves the program with this `forward` under a name."""

    def save(name: str, body: str) -> Path:
        path = tmp_path_factory.mktemp("saved") / name
        path.write_bytes(program(body))
        return path

    return save


@pytest.fixture(scope="session")
def detached(saved: Callable[[str, str], Path]) -> Path:
    """A file whose only layer is cut off, in line 11 of model.py."""
    return saved("detached.pt", DETACHED)


@pytest.fixture(scope="session")
def sound(saved: Callable[[str, str], Path]) -> Path:
    """A file in which all is well."""
    return saved("sound.pt", "return self.linear(x)")


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which pyseccomp is not installed, for this process and for the zygotes that it starts."""
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    without = "import sys, runpy; sys.modules['pyseccomp'] = None; "
    start = "runpy.run_module('whygrad.sandbox.zygote', run_name='__main__')"
    monkeypatch.setattr(nursery, "PROGRAM", (sys.executable, "-I", "-c", without + start))
    sandbox.close()
