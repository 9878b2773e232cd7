"""What a program offers: its methods, what they take, and the shapes that tracing recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whygrad.engine.observe.archive import Archive, judge
from whygrad.engine.observe.loaded import load
from whygrad.engine.observe.loading import loading
from whygrad.engine.observe.recorded import recorded_inputs
from whygrad.engine.preflight.refusal import RefusedError


def describe(upload: Path | bytes) -> dict[str, Any]:
    """The methods of an upload with their arguments; `refused` says what a file is that holds none."""
    data = upload if isinstance(upload, bytes) else upload.read_bytes()
    try:
        archive = judge(data)
        with loading():
            module, _functions = load(data, "cpu")
    except RefusedError as error:
        told = {"what": error.refusal.what, "why": error.refusal.why, "instead": error.refusal.instead}
        return {"format": "unknown", "refused": told, "methods": []}
    names = sorted(n for n in module._c._method_names() if not n.startswith("__"))
    return {
        "format": archive.format,
        "refused": None,
        "parameters": sum(p.numel() for p in module.parameters()),
        "weights": "present" if archive.weights else "absent",
        "methods": [_method(module, archive, name) for name in names],
    }


def _method(module: Any, archive: Archive, name: str) -> dict[str, Any]:
    formals = module._c._get_method(name).schema.arguments[1:]
    arguments = [{"name": a.name, "type": str(a.type), "required": not a.has_default_value()} for a in formals]
    return {"name": name, "arguments": arguments, "recorded_inputs": recorded_inputs(archive, name)}
