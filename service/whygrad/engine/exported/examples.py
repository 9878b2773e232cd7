"""The inputs that a program was exported with, as a trace records its own."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.exported.package import Package
from whygrad.engine.exported.values import Pickle, Tensor
from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.pickles import Made, Name, PickleError, Row, Series, Table, Value
from whygrad.engine.preflight.program import ProgramReader, Storage
from whygrad.engine.preflight.refusal import RefusedError

INPUTS = "data/sample_inputs/model.pt"
MOST_BYTES = 64 << 20
"""Larger examples are left out: a request then says the shapes."""
_TENSOR = "torch._utils._rebuild_tensor_v2"
_WITH_ATTRIBUTES = "torch._tensor._rebuild_from_type_v2"
"""How a tensor is saved that has attributes: an export notes in such which of its sizes may change (Dim.DYNAMIC)."""


class _ExampleReader(ProgramReader):
    """Reads examples, whose values may be of any class: all but their tensors is passed over."""

    def named(self, module: str, name: str) -> Value:
        """The name, whatever it is: nothing of it is imported."""
        return Name(module, name)

    def called(self, function: Value, arguments: Value) -> Value:
        """What the call would make; of a tensor with attributes the tensor alone. Raises StrangeError as its base."""
        made = Made([function, arguments])
        if made.of == _WITH_ATTRIBUTES:
            function, _, arguments, _ = made.arguments
        return super().called(function, arguments)


def examples(package: Package, wanted: int) -> dict[str, bytes]:
    """The records that hold the examples, by their names in the archive; none where they are not `wanted` tensors."""
    if not 0 < package.size(INPUTS) <= MOST_BYTES:
        return {}
    try:
        saved = Directory(package.read(INPUTS))
        saved.judge()
        held = _ExampleReader(saved.read("data.pkl", MOST_BYTES), saved, "data").read()
        tensors = [_tensor(each) for each in _tensors(held, set())]
        storages = {tensor.storage for tensor in tensors}
        if len(tensors) != wanted or sum(saved.size(f"data/{key}") or 0 for key in storages) > MOST_BYTES:
            return {}
        pickle = Pickle()
        pickle.begin_table()
        pickle.text("forward")
        pickle.series(tensors)
        pickle.end_table()
        numbers = {f"traced_inputs/{key}": saved.read(f"data/{key}", MOST_BYTES) for key in storages}
    except (PickleError, RefusedError, KeyError, TypeError, ValueError):  # it costs the default, nothing else
        return {}
    return {"traced_inputs.pkl": pickle.finished(), **numbers}


def _tensors(value: Value, seen: set[int]) -> Iterator[Made]:
    """The tensors in positional and named arguments, as torch.export flattens them.

    What holds others is looked into once, however often it is recalled: a few bytes may hold it without end.
    """
    if isinstance(value, Made):
        if value.of == _TENSOR:
            yield value
    elif isinstance(value, Table | Row | Series) and id(value) not in seen:
        seen.add(id(value))
        for each in (inner for _, inner in value.pairs()) if isinstance(value, Table) else value:
            yield from _tensors(each, seen)


def _tensor(made: Made) -> Tensor:
    storage, offset, sizes, strides, *_ = made.arguments
    if not isinstance(storage, Storage):
        raise TypeError
    kind, key, _, elements = storage
    return Tensor(kind[len("torch.") : -len("Storage")], key, elements, offset, tuple(sizes), tuple(strides), False)
