"""Archives of torch.export, and such in which something was changed."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import torch
from tests.engine.programs import imported

PROGRAM = "models/model.json"

SOURCE = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(8, 8)

    def forward(self, x):
        return torch.relu(self.lin(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = Block()
        self.layers = nn.ModuleList([Block(), Block()])
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        h = self.enc(x)
        h = h.detach()
        for layer in self.layers:
            h = layer(h)
        for _ in range(1): h = self.layers[0](h)
        return self.head(h)
"""


def saved(model: torch.nn.Module, example: tuple[Any, ...], *, decomposed: bool = False, **how: Any) -> bytes:
    """What torch.export writes of a model."""
    program = torch.export.export(copy.deepcopy(model), example, **how)
    file = io.BytesIO()
    torch.export.save(program.run_decompositions() if decomposed else program, file)
    return file.getvalue()


def of_source(source: str, example: tuple[Any, ...] = (torch.ones(4, 8),), **how: bool) -> bytes:
    with imported(source) as module:
        return saved(module.Net(), example, **how)


def changed(archive: bytes, record: str, change: Callable[[Any], Any]) -> bytes:
    """The archive with another content of one of its JSON records."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            held = source.read(name)
            if name.endswith(record):
                told = json.loads(held)
                held = json.dumps(change(told) or told).encode()
            out.writestr(name, held)
    return target.getvalue()


def called(target: str) -> Callable[[dict[str, Any]], None]:
    """A change of the first operation into a call of another."""

    def change(program: dict[str, Any]) -> None:
        program["graph_module"]["graph"]["nodes"][0]["target"] = target

    return change
