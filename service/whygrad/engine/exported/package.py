"""What a torch.export archive holds: its program as JSON, its tensors and where their numbers lie."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from whygrad.engine.observation import Refusal
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.refusal import EXPORT, RefusedError
from whygrad.engine.spelling import quoted

MOST_TEXT = 64 << 20
"""Bytes of JSON that a program may have."""
SCHEMA = 8
"""The major version of the schema that torch 2.5 to 2.13 write (`torch/_export/serde/schema.py`)."""

TRAINING = "TRAINING"
"""The dialect of a program that may be trained: `run_decompositions` turns it into another."""

PROGRAM = "models/model.json"
WEIGHTS, CONSTANTS = "data/weights", "data/constants"
_CONFIGURATIONS = {WEIGHTS: "model_weights_config.json", CONSTANTS: "model_constants_config.json"}

AGAIN = "export it with torch 2.9 or newer"
EXPORTING = """program = torch.export.export(model, example)  # torch 2.9 or newer
torch.export.save(program, "model.pt2")"""
"""The lines that export a program as it is read."""

Json = Mapping[str, Any]


class Package:
    """A torch.export archive. Raises RefusedError where it is of a version, or of a kind, that is not read."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        directory.judge()
        names = set(directory.names())
        if PROGRAM not in names or not {f"{folder}/{name}" for folder, name in _CONFIGURATIONS.items()} <= names:
            refuse("it was written by torch 2.8 or older, or holds compiled code", AGAIN, EXPORTING)
        self.program: Json = self._json(PROGRAM)
        version = self.program["schema_version"]["major"]
        if version != SCHEMA:
            refuse(f"its schema has version {quoted(str(version))}, and {SCHEMA} is read")
        if TRAINING not in self.program["verifiers"]:
            refuse(
                "it was decomposed for inference, which leaves out every detach",
                "send it as torch.export.export gave it",
                EXPORTING,
            )
        self._stored = {
            name: (folder, entry)
            for folder, configuration in _CONFIGURATIONS.items()
            for name, entry in self._json(f"{folder}/{configuration}")["config"].items()
        }

    @property
    def module(self) -> Json:
        """The graph, its signature, and the modules that were called."""
        module: Json = self.program["graph_module"]
        return module

    def stored(self, name: str) -> tuple[str, Json]:
        """The record with the numbers of a parameter, buffer or constant, and its sizes, strides and kind."""
        folder, entry = self._stored[name]
        if entry["use_pickle"] or entry["tensor_meta"] is None:
            refuse(f"{quoted(name)} is stored as a pickled object")
        return f"{folder}/{entry['path_name']}", entry["tensor_meta"]

    def size(self, record: str) -> int:
        """Bytes of a record."""
        return self._directory.size(record) or 0

    def read(self, record: str) -> bytes:
        """The bytes of a record of numbers."""
        return self._directory.read(record, self.size(record))

    def _json(self, record: str) -> Json:
        held: Json = json.loads(self._directory.read(record, MOST_TEXT))
        return held


def refuse(
    why: str, summary: str = "export it with torch.jit.script or torch.jit.trace instead", instead: str = EXPORT
) -> NoReturn:
    """Refuse a torch.export archive that is not read, with the lines that make one that is. Raises RefusedError."""
    raise RefusedError(Refusal("a torch.export archive that is not read", why, instead, summary))
