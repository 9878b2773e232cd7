"""The inputs that tracing recorded, as a request describes inputs."""

from __future__ import annotations

from typing import Any

import torch

from whygrad.engine.observe.archive import Archive
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.inspection import MOST_READ, RECORDED
from whygrad.engine.preflight.pickles import Made, PickleError, Series, Table, Value
from whygrad.engine.preflight.program import ProgramReader, Storage
from whygrad.engine.preflight.refusal import RefusedError
from whygrad.engine.shapes import INTEGER_DTYPES, LARGEST_DRAWN, MOST_INPUTS, is_possible

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


def recorded_inputs(archive: Archive, method: str) -> list[dict[str, Any]] | None:
    """The inputs that tracing recorded, as the request describes inputs; None where no request could ask for them."""
    if not archive.recorded_inputs:
        return None
    directory = Directory(archive.data)
    try:
        methods = ProgramReader(directory.read(RECORDED, MOST_READ), directory, "").read()
        found = dict(methods.pairs()) if isinstance(methods, Table) else {}
        inputs = found.get(method)
        if not isinstance(inputs, Series) or len(inputs) > MOST_INPUTS:
            return None
        return _Describing(directory).all_of(inputs)
    except (PickleError, RefusedError, KeyError, TypeError):  # a damaged record costs the default, nothing else
        return None


class _Describing:
    """What the inputs were, and from where to where their integers went."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._spans: dict[tuple[str, str], tuple[int, int]] = {}

    def all_of(self, inputs: Series) -> list[dict[str, Any]] | None:
        """All of them, None where one is no tensor that could be made again."""
        described = [self._described(value) for value in inputs]
        kept = [entry for entry in described if entry is not None]
        return kept if len(kept) == len(described) else None

    def _described(self, value: Value) -> dict[str, Any] | None:
        if not isinstance(value, Made) or value.of != "torch._utils._rebuild_tensor_v2":
            return None
        storage, _, size, *_ = value.arguments
        dtype = _TYPES.get(storage.items[0]) if isinstance(storage, Storage) else None
        shape = list(size)
        if dtype is None or not is_possible(shape):
            return None
        described: dict[str, Any] = {"shape": shape, "dtype": dtype}
        if dtype in INTEGER_DTYPES:
            low, high = self._span(storage.items[1], dtype)
            described |= {"low": low, "high": high + 1}
        return described

    def _span(self, record: str, dtype: str) -> tuple[int, int]:
        """The least and the largest integer of a record, which is read once, however many inputs share it."""
        if (record, dtype) not in self._spans:
            kind = getattr(torch, dtype)
            data = self._directory.read(f"traced_inputs/{record}", MOST_READ)
            count = len(data) // kind.itemsize
            numbers = (
                torch.frombuffer(bytearray(data), dtype=kind, count=count) if count else torch.zeros(1, dtype=kind)
            )
            low, high = (min(int(end), LARGEST_DRAWN) for end in numbers.aminmax())
            self._spans[record, dtype] = low, high
        return self._spans[record, dtype]
