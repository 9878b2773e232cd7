"""A program of many operations, on a stack that is as much too short for it as a usual one is for a million."""

from __future__ import annotations

import subprocess
import sys

from tests.engine.programs import observe_source

from whygrad.engine.diagnose import diagnose

CHAIN = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x):
        y = x
        for i in range(100):
            y = torch.tanh(y * self.weight).view(2, 2, 2).flatten(1)
        return y
"""

PROGRAM = """
import io, sys, threading
import torch
from whygrad.engine.examine import examine

class Chain(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(4))

    def forward(self, x):
        y = x
        for i in range(3000):
            y = torch.tanh(y * self.weight)
            y = y.detach() if i == 1500 else y
        return y

def run():
    examine(archive.getvalue(), {"inputs": [{"shape": [2, 4]}], "passes": ["structure"]}, emit=documents.append)

archive, documents = io.BytesIO(), []
torch.jit.save(torch.jit.trace(Chain(), torch.ones(2, 4)), archive)
torch.nn.Linear(1, 1)(torch.ones(1, 1)).sum().backward()
threading.stack_size(256 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
print(documents[-1]["verdict"])
"""


def test_the_functions_of_a_long_chain_are_let_go_one_by_one() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() in ("healthy", "faulty")


def test_only_what_a_finding_tells_is_asked_for_its_place() -> None:
    """Each place that torch is asked for costs as much as the program's source is long."""
    observation = observe_source(CHAIN, shapes="2x4", export="trace 2x4", loss="sum")
    assert not diagnose(observation)
    assert len(observation.first.events) > 400
    assert not observation.stacks
