"""Real programs from a few lines of source: written to a file, exported by torch, examined by the engine.

`source` is the body of a module with a `class Net(nn.Module)`; torch, nn, F and the names of typing stand above it.
"""

from __future__ import annotations

import importlib.util
import io
import linecache
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

import torch

from whygrad.engine.examine import REQUEST, Unwatched, examine
from whygrad.engine.observation import Event, Json, Observation
from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.observe.observer import Observer
from whygrad.engine.shapes import parse_shapes

FILE = "model.py"

LISTENERS: list[Callable[[str, Mapping[str, Json], dict[str, Json]], None]] = []
"""Who is told the source of each scripted program that was diagnosed, what was asked, and the diagnosis."""

_SOURCES: dict[bytes, str] = {}

PRELUDE = """\
import torch
import torch.nn as nn
import torch.nn.functional as F
from typing import Dict, List, Optional, Tuple


"""


@contextmanager
def imported(source: str) -> Iterator[ModuleType]:
    """The module that `source` defines, from a real file: torch reads the text of what it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, FILE)
        file.write_text(PRELUDE + source)
        spec = importlib.util.spec_from_file_location("model", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["model"] = module
        try:
            spec.loader.exec_module(module)
            yield module
        finally:
            del sys.modules["model"]
            linecache.checkcache(str(file))


def build(source: str, request: Mapping[str, str] | None = None) -> bytes:
    """The file that `Net` is exported to: scripted, or as `export` says (`trace 2x8`, `freeze`, `pickle`)."""
    export = (request or {}).get("export", "script")
    upload = _built(source, export)
    if export == "script":
        _SOURCES[upload] = source
    return upload


@cache
def _built(source: str, export: str) -> bytes:
    kind, _, shapes = export.partition(" ")
    with imported(source) as module:
        torch.manual_seed(0)
        return _exported(module.Net(), kind, shapes)


def _exported(model: torch.nn.Module, kind: str, shapes: str) -> bytes:
    file = io.BytesIO()
    match kind:
        case "script":
            torch.jit.save(torch.jit.script(model), file)
        case "trace":
            arguments = tuple(Sampler(0, meta=False).value(entry) for entry in parse_shapes(shapes))
            torch.jit.save(torch.jit.trace(model, arguments, check_trace=False), file)  # type: ignore[no-untyped-call]
        case "freeze":
            torch.jit.save(torch.jit.freeze(torch.jit.script(model.eval())), file)
        case "pickle":
            torch.save(model, file)
        case _:
            raise ValueError(f"no such export: {kind}")
    return file.getvalue()


def request_of(example: Mapping[str, str]) -> dict[str, Json]:
    """The contract's request that the `Key: value` lines of an example stand for."""
    request: dict[str, Json] = {}
    if "shapes" in example:
        request["inputs"] = parse_shapes(example["shapes"])
    if "loss" in example:
        request["loss"] = _loss(example["loss"])
    if "steps" in example:
        request["steps"] = int(example["steps"])
    return request | {key: example[key] for key in ("mode", "method") if key in example}


def _loss(text: str) -> Json:
    """`mean`, or a function with the shape of its target: `cross_entropy:4:int64[0,3)`."""
    kind, colon, target = text.partition(":")
    return {"kind": kind, "output": 0, "target": parse_shapes(target)[0]} if colon else kind


def examined(upload: bytes, request: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The document after each pass."""
    documents: list[dict[str, Json]] = []
    examine(upload, request, emit=documents.append)
    for tell in LISTENERS if upload in _SOURCES else ():
        tell(_SOURCES[upload], request, documents[-1])
    return documents


def diagnose_source(source: str, **example: str) -> dict[str, Json]:
    """The diagnosis of `Net`, sent as the lines of an example say: `shapes="4x10", loss="mean"`."""
    return examined(build(source, example), request_of(example))[-1]


def observe(upload: bytes, request: Mapping[str, Json]) -> Observation:
    """What the engine sees in both passes, before any rule looks at it."""
    observer = opened(upload, request)
    observer.structure()
    observer.numeric()
    return observer.observation


def opened(upload: bytes, request: Mapping[str, Json]) -> Observer:
    """An observer that has loaded the program and run nothing yet."""
    observer = Observer(judge(upload), {**REQUEST, **request}, Unwatched())
    observer.open()
    return observer


def observe_source(source: str, **example: str) -> Observation:
    """The observation of `Net`, sent as the lines of an example say."""
    return observe(build(source, example), request_of(example))


def executions(observation: Observation, op: str) -> Iterator[tuple[int, Event]]:
    """The executions of an operation in the first step, with their indices."""
    return ((i, e) for i, e in enumerate(observation.first.events) if observation.nodes[e.node].op == op)
