"""What the jail costs: to put it on, and around a small program from its bytes to its end."""

from __future__ import annotations

import os
import statistics
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from examples import demo

from whygrad import sandbox
from whygrad.engine.examine import REQUEST
from whygrad.engine.shapes import parse_shapes
from whygrad.sandbox import seccomp
from whygrad.sandbox.lockdown import lockdown

ROUNDS = 60
WARM_UP = 5
PAUSE_SECONDS = 0.3
"""As long as it takes a child to be ready before it is wanted."""
LIMITS = sandbox.Limits(seconds=60.0, memory_bytes=4 << 30)


def measure() -> Iterator[str]:
    """One line for each figure."""
    calls = seccomp.build()
    locked = [_locked_ms(calls) for _ in range(ROUNDS + WARM_UP)][WARM_UP:]
    yield f"the jail put on: {statistics.median(locked):.2f} ms"
    path = "fork, jail, load, structure pass and exit of a small program"
    for when, pause in (("", PAUSE_SECONDS), (", one right after the other", 0.0)):
        ran = list(_runs_ms(pause))[WARM_UP:]
        slow = statistics.quantiles(ran, n=10)[-1]
        yield f"{path}{when}: {statistics.median(ran):.0f} ms, {slow:.0f} ms at the 90th percentile"


def _locked_ms(calls: bytes) -> float:
    """How long a child took to lock itself in."""
    reader, writer = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            began = time.perf_counter()
            lockdown(LIMITS, keep=[writer], parent=parent, calls=calls)
            os.write(writer, struct.pack("d", (time.perf_counter() - began) * 1e3))
        finally:
            os._exit(0)
    os.close(writer)
    told = os.read(reader, 8)
    os.close(reader)
    os.waitpid(pid, 0)
    return float(struct.unpack("d", told)[0])


def _runs_ms(pause: float) -> Iterator[float]:
    """How long each of many runs took, as the worker sees it, with a pause before each."""
    with tempfile.TemporaryDirectory() as name:
        upload = demo.export("detached_encoder", Path(name))
        request = {**REQUEST, "inputs": parse_shapes(demo.SHAPES), "passes": ["structure"], "verify": False}
        task = sandbox.Task("examine", upload, request)
        try:
            sandbox.warm()
            for _ in range(ROUNDS + WARM_UP):
                time.sleep(pause)
                began = time.perf_counter()
                assert sandbox.run(task, limits=LIMITS).ending == "finished"
                yield (time.perf_counter() - began) * 1e3
        finally:
            sandbox.close()
