"""The inputs that tracing recorded, as a request describes inputs."""

from __future__ import annotations

from typing import Any

from whygrad.engine.observe.archive import Archive
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.inspection import MOST_READ, RECORDED
from whygrad.engine.preflight.pickles import Made, PickleError, Series, Table, Value
from whygrad.engine.preflight.program import ProgramReader, Storage
from whygrad.engine.preflight.refusal import RefusedError

_TYPES = {
    "torch.FloatStorage": "float32",
    "torch.DoubleStorage": "float64",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
    "torch.ComplexFloatStorage": "complex64",
}
_WIDTHS = {"int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1}


def recorded_inputs(archive: Archive, method: str) -> list[dict[str, Any]] | None:
    """The inputs that tracing recorded, as the request describes inputs; None where there are none."""
    if not archive.recorded_inputs:
        return None
    directory = Directory(archive.data)
    try:
        methods = ProgramReader(directory.read(RECORDED, MOST_READ), directory, "").read()
        found = dict(methods.pairs()) if isinstance(methods, Table) else {}
        inputs = found.get(method)
        described = [_described(value, directory) for value in inputs] if isinstance(inputs, Series) else [None]
    except (PickleError, RefusedError, KeyError, TypeError):  # a damaged record costs the default, nothing else
        return None
    kept = [entry for entry in described if entry is not None]
    return kept if len(kept) == len(described) else None


def _described(value: Value, directory: Directory) -> dict[str, Any] | None:
    """What an input was; None for what is no tensor."""
    if not isinstance(value, Made) or value.of != "torch._utils._rebuild_tensor_v2":
        return None
    storage, _, size, *_ = value.arguments
    dtype = _TYPES.get(storage.items[0]) if isinstance(storage, Storage) else None
    if dtype is None:
        return None
    described: dict[str, Any] = {"shape": list(size), "dtype": dtype}
    if dtype in _WIDTHS:
        data = directory.read(f"traced_inputs/{storage.items[1]}", MOST_READ)
        width, signed = _WIDTHS[dtype], dtype != "uint8"
        numbers = [int.from_bytes(data[i : i + width], "little", signed=signed) for i in range(0, len(data), width)]
        described |= {"low": min(numbers, default=0), "high": max(numbers, default=1) + 1}
    return described
