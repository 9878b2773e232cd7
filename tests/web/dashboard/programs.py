"""Programs for the pages: each with a fault of its own, small enough to be diagnosed in a moment."""

from __future__ import annotations

import io
import runpy
from pathlib import Path

import torch

CUT = """
import torch

class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = torch.nn.Linear(4, 8)
        self.norm = torch.nn.LayerNorm(8)

    def forward(self, x):
        h = self.norm(self.proj(x)).detach()
        return torch.relu(h)

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Encoder()
        self.head = torch.nn.Linear(8, 3)
        self.frozen = torch.nn.Linear(3, 3)
        for parameter in self.frozen.parameters():
            parameter.requires_grad_(False)

    def forward(self, x):
        return self.frozen(self.head(self.encoder(x)))
"""

SHAPES = """
import torch

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(4, 8)
        self.second = torch.nn.Linear(6, 3)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))
"""

IN_PLACE = """
import torch

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)

    def forward(self, x):
        y = torch.sigmoid(self.linear(x))
        z = y * x
        y += 1.0
        return z + y
"""

SLOW = """
import torch

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)

    def forward(self, x):
        y = torch.zeros(600, 600)
        for _ in range(150):
            y = torch.mm(y, y)
        return self.linear(x).detach() + y[0, 0]
"""


SOUND = """
import torch

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)

    def forward(self, x):
        return self.linear(x)
"""


def scripted(source: str, folder: Path) -> bytes:
    """The archive of a source's Program as TorchScript."""
    return _saved(torch.jit.script(_program(source, folder)))


def traced(source: str, folder: Path, *shape: int) -> bytes:
    """The same, traced with an input of this shape, which the archive then remembers."""
    return _saved(torch.jit.trace(_program(source, folder), torch.randn(*shape), check_trace=False))


def _program(source: str, folder: Path) -> torch.nn.Module:
    file = folder / "model.py"
    file.write_text(source)
    program: torch.nn.Module = runpy.run_path(str(file), run_name="model")["Program"]()
    return program


def _saved(program: torch.jit.ScriptModule) -> bytes:
    archive = io.BytesIO()
    torch.jit.save(program, archive)
    return archive.getvalue()
