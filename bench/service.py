"""What the service adds to the engine for a small program, and the memory of its web process."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from examples import demo

from whygrad.engine.examine import examine
from whygrad.engine.shapes import parse_shapes
from whygrad_client import Client

ROUNDS = 40
WARM_UP = 5


def measure() -> Iterator[str]:
    """One line for each figure."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        program = demo.export("detached_encoder", folder)
        log = stack.enter_context((folder / "log").open("w+"))
        process, address = stack.enter_context(demo.running("127.0.0.1:0", folder / "data", log))
        client = stack.enter_context(Client(address))
        served = _median(lambda: client.diagnose(program, demo.SHAPES))
        memory = max(_resident(pid) for pid in _below(process.pid) if _runs(pid, "gunicorn"))
        upload, request = program.read_bytes(), {"inputs": parse_shapes(demo.SHAPES)}
    alone = _median(lambda: examine(upload, request, emit=lambda _: None))
    yield f"small program through POST / the engine alone: {served / alone:.1f} ({served:.0f} ms / {alone:.0f} ms)"
    yield f"web process, resident: {memory / 1024:.0f} MB"


def _median(function: Callable[[], object]) -> float:
    """The median milliseconds of a function that has been warmed."""
    times = []
    for _ in range(ROUNDS + WARM_UP):
        began = time.perf_counter()
        function()
        times.append((time.perf_counter() - began) * 1e3)
    return statistics.median(times[WARM_UP:])


def _below(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in children for found in (int(child), *_below(int(child)))]


def _runs(pid: int, name: str) -> bool:
    return name in Path(f"/proc/{pid}/cmdline").read_text()


def _resident(pid: int) -> int:
    """Resident memory in kB."""
    line = next(s for s in Path(f"/proc/{pid}/status").read_text().splitlines() if s.startswith("VmRSS"))
    return int(line.split()[1])
