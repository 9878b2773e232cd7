"""How time and memory grow with a program: the structure pass and its diagnosis, each size in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

from bench import models
from whygrad.engine.examine import examine
from whygrad.engine.observation import Json

SIZES = (1_000, 10_000, 100_000)
SHAPE = [2, 4]


class Chain(nn.Module):
    """Operations one after the other, a parameter for every hundred, and a detach in the middle."""

    def __init__(self, operations: int) -> None:
        super().__init__()
        self.rounds = operations // 4
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(SHAPE[1])) for _ in range(operations // 100)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for i in range(self.rounds):
            y = torch.tanh(y * self.weights[i % len(self.weights)]) * 0.5 + x
            y = y.detach() if i == self.rounds // 2 else y
        return y


def measure() -> Iterator[str]:
    """One line for each size."""
    smallest = _apart(SIZES[0])
    yield _told(SIZES[0], smallest)
    for size in SIZES[1:]:
        cost = _apart(size)
        grown = " and ".join(f"{cost[what] / smallest[what]:.2f} times the {what}" for what in cost)
        yield f"{_told(size, cost)}: {grown}"


def _told(size: int, cost: dict[str, float]) -> str:
    spent, held = cost["time"] * 1e3, cost["memory"] / 1024
    return f"structure pass and diagnosis of {size:,} operations, each: {spent:.2f} ms, {held:.1f} kB"


def _apart(size: int) -> dict[str, float]:
    """What a program of that size costs for each operation: seconds of the processor, and bytes at the peak."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(models.traced(Chain(size), torch.ones(SHAPE)))
        file.flush()
        command = [sys.executable, "-m", "bench.scale", file.name, str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _cost(upload: bytes, size: int) -> dict[str, float]:
    request: dict[str, Json] = {"inputs": [{"shape": SHAPE}], "passes": ["structure"], "verify": False}
    examine(models.traced(Chain(100), torch.ones(SHAPE)), request, emit=lambda _: None)  # what is only paid once
    before, began = _peak(), time.process_time()
    examine(upload, request, emit=lambda _: None)
    return {"time": (time.process_time() - began) / size, "memory": max(1, _peak() - before) / size}


def _peak() -> int:
    """The most memory that this program has had, in bytes. getrusage would count that of the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    print(json.dumps(_cost(Path(sys.argv[1]).read_bytes(), int(sys.argv[2]))))
