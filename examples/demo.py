"""The real service and the real command line on three small programs; `demo.py serve` leaves the service running."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import torch

PROGRAMS = Path(__file__).parent / "programs"
WHYGRAD = Path(sys.executable).with_name("whygrad")
NAMES = ("detached_encoder", "linear_mismatch", "healthy")
SHAPES = "2x10"


def export(name: str, folder: Path) -> Path:
    """Save the Model of a program as TorchScript."""
    path = folder / f"{name}.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces the successor of TorchScript
        model = runpy.run_path(str(PROGRAMS / f"{name}.py"), run_name=name)["Model"]()
        torch.jit.script(model).save(str(path))
    return path


@contextmanager
def running(bind: str | None, data: Path, log: IO[str] | None = None) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The service while it runs, and its address; without `bind` it listens where the environment says."""
    command = [WHYGRAD, "serve", *(["--bind", bind] if bind else []), "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            assert process.stdout
            address = next((line.split()[-1] for line in process.stdout if "listens on" in line), None)
            if address is None:
                sys.exit(f"the service did not start: {_read(log) if log else 'see above'}")
            yield process, address
        finally:
            process.terminate()
            process.wait()


def demo() -> int:
    """Diagnose each program over HTTP, as a person would; the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with (data / "log").open("w+") as log, running("127.0.0.1:0", data / "data", log) as (_process, address):
            judged = [_show(export(name, data), address) for name in NAMES]
            if not all(judged):
                print(_read(log), file=sys.stderr)
            return 0 if all(judged) else 1


def serve() -> int:
    """Leave the service running until it is stopped, with a command to try it; the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    data = Path(os.environ.get("WHYGRAD_DATA", "whygrad-data")).absolute()
    data.mkdir(parents=True, exist_ok=True)
    with running(None, data) as (process, address):
        program = export("detached_encoder", data)
        print(f"whygrad listens on {address}. Try it:\n")
        print(f"  curl -H Accept:text/plain -F model=@{program} -F shapes={SHAPES} {address}/diagnose\n", flush=True)
        return process.wait()


def _read(log: IO[str]) -> str:
    log.seek(0)
    return log.read()


def _show(program: Path, address: str) -> bool:
    """Print a diagnosis; whether there was one."""
    command = ["whygrad", "check", program.name, "--input", SHAPES]
    print("$", *command, flush=True)
    ended = subprocess.run([WHYGRAD, *command[1:], "--server", address], cwd=program.parent)
    print(flush=True)
    return ended.returncode < 2


if __name__ == "__main__":
    try:
        sys.exit(serve() if sys.argv[1:] == ["serve"] else demo())
    except KeyboardInterrupt:
        sys.exit(0)
