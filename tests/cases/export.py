"""The file that a source is exported to."""

from __future__ import annotations

import importlib.util
import io
import linecache
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import torch
from tests.cases.plain import value

from whygrad.engine.observation import Json
from whygrad.engine.shapes import parse_shapes


def made(text: str, how: str, name: str, inputs: Sequence[Json] = ()) -> bytes:
    """`Net` of a source exported `how` says: `script`, `trace 4x8`, `export`, `freeze`, `pickle`, `state_dict`.

    `inputs` are those of a request, for an export, which is without shapes in words.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{name}.py")
        file.write_text(text)
        module = _imported(file)
        torch.manual_seed(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return _exported(module.Net(), *how.partition(" ")[::2], inputs)
        finally:
            del sys.modules[name]
            linecache.checkcache(str(file))


def _imported(file: Path) -> ModuleType:
    """The module of a source, from a real file: torch reads the text of what it compiles."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(file.name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def _exported(model: torch.nn.Module, kind: str, shapes: str, inputs: Sequence[Json]) -> bytes:
    file, draw = io.BytesIO(), torch.Generator().manual_seed(0)
    match kind:
        case "script":
            torch.jit.save(torch.jit.script(model), file)
        case "trace":
            example = tuple(value(entry, draw) for entry in parse_shapes(shapes))
            torch.jit.save(torch.jit.trace(model, example, check_trace=False), file)  # type: ignore[no-untyped-call]
        case "export":
            torch.export.save(torch.export.export(model, tuple(value(entry, draw) for entry in inputs)), file)
        case "freeze":
            torch.jit.save(torch.jit.freeze(torch.jit.script(model.eval())), file)
        case "pickle":
            torch.save(model, file)
        case "state_dict":
            torch.save(model.state_dict(), file)
        case _:
            raise ValueError(f"no such export: {kind}")
    return file.getvalue()
