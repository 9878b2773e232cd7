"""The values of a program, its `data.pkl` and the like, held against the records that they point to.

torch trusts what stands here: a storage that claims more than its record has, or a tensor that reaches beyond its
storage, reads and overwrites foreign memory without a line of code.
"""

from __future__ import annotations

import re
from array import array
from typing import Any, Literal

from whygrad.engine.preflight.directory import Directory
from whygrad.engine.preflight.operations import OF_TORCH
from whygrad.engine.preflight.pickles import Held, Made, Name, Reader, Row, StrangeError, Value
from whygrad.engine.preflight.sparse import judge_sparse
from whygrad.engine.skeleton import FLOATING
from whygrad.engine.spelling import quoted

WIDTHS = {
    **dict.fromkeys(("Byte", "Char", "Bool", "QInt8", "QUInt8", "QUInt4x2", "QUInt2x4"), 1),
    **dict.fromkeys(("Float8_e5m2", "Float8_e4m3fn", "Float8_e5m2fnuz", "Float8_e4m3fnuz", "Float8_e8m0fnu"), 1),
    **dict.fromkeys(("Short", "UInt16", "Half", "BFloat16"), 2),
    **dict.fromkeys(("Int", "UInt32", "Float", "QInt32", "ComplexHalf"), 4),
    **dict.fromkeys(("Long", "UInt64", "Double", "ComplexFloat"), 8),
    "ComplexDouble": 16,
}
"""For each kind of storage the bytes of an element."""

LARGEST = 1 << 62
LONGEST_TYPE, DEEPEST_TYPE = 10_000, 100
MOST_DIMENSIONS = 64
MOST_INDICES = 64 << 20
"""Bytes of the indices of a sparse tensor that are looked at; larger ones are left to the sandbox."""

_INTEGERS: dict[str, Literal["q", "i"]] = {"torch.LongStorage": "q", "torch.IntStorage": "i"}
_DEVICE = re.compile(r"[a-z]\w{1,31}(:\d{1,4})?")
_LISTS = {f"torch.jit._pickle.build_{kind}list" for kind in ("int", "tensor", "double", "bool")}
_TENSORS = {"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_qtensor"}
_SCHEMES = {f"torch.per_{a}_{b}" for a in ("tensor", "channel") for b in ("affine", "symmetric")}
_PLAIN = {
    "torch._utils._rebuild_sparse_tensor",
    "torch.jit._pickle.restore_type_tag",
    "torch.per_channel_affine_float_qparams",
    "torch.device",
    "collections.OrderedDict",
    "builtins.complex",
}
_NAMES = _LISTS | _TENSORS | _SCHEMES | _PLAIN | {f"torch.{kind}Storage" for kind in WIDTHS}
_CLASS = re.compile(r"__torch__\.(?!torch\.classes\.)[\w.]+")
BOUND_CLASS = re.compile(r"__torch__\.torch\.classes\.(?:quantized|rnn|sparse|xnnpack|mkldnn|profiler)\.\w+")
"""Classes of torch's own, written in C++, that hold packed weights, or the name of a part of a profile."""


class Storage(Held):
    """A storage: the kind of its elements, its record, its device, and how many elements it claims."""

    __slots__ = ()


class ProgramReader(Reader):
    """Reads one of the pickles of a program; `claimed` is how many bytes its storages claim, and `weights` whether
    any of them holds floating numbers.

    Without a folder nobody reads the storages, and they are held against nothing.
    """

    operations = OF_TORCH

    def __init__(self, data: bytes, directory: Directory, folder: str) -> None:
        super().__init__(data)
        self._directory = directory
        self._folder = folder
        self.claimed = 0
        self.weights = False

    def named(self, module: str, name: str) -> Value:
        """The name, where torch writes it. Raises StrangeError for every other."""
        full = f"{module}.{name}"
        if full not in _NAMES and not _CLASS.fullmatch(full) and not BOUND_CLASS.fullmatch(full):
            raise StrangeError(f"it names {quoted(full)}, which is no part of a program")
        return Name(module, name)

    def persistent(self, description: Row) -> Value:
        """A storage. Raises StrangeError where its record is smaller than it claims."""
        if len(description) != 5:
            raise StrangeError("it holds a storage of another form")
        tag, kind, key, device, count = description
        width = WIDTHS.get(kind.full[6:-7]) if isinstance(kind, Name) else None
        if tag != "storage" or width is None or not isinstance(key, str) or not _natural(count):
            raise StrangeError("it holds a storage of another form")
        if not isinstance(device, str) or not _DEVICE.fullmatch(device):
            raise StrangeError("it holds a storage on what is no device")
        if self._folder and not device.startswith("meta"):
            self._hold_against_record(key, width * count)
            self.weights |= kind.full[6:] in FLOATING
        return Storage([kind.full, key, device, count])

    def _hold_against_record(self, key: str, wanted: int) -> None:
        there = self._directory.size(f"{self._folder}/{key}")
        if wanted > (there or 0):
            record = quoted(f"{self._folder}/{key}")
            has = "is missing" if there is None else f"has {there:,} bytes"
            raise StrangeError(f"it claims {wanted:,} bytes of the record {record}, which {has}")
        self.claimed += wanted

    def called(self, function: Value, arguments: Value) -> Value:
        """What the call would make. Raises StrangeError where it would make something that torch trusts and may not."""
        made = Made([function, arguments])
        if made.of in _TENSORS:
            _judge_tensor(made.arguments)
        elif made.of in _LISTS or made.of == "torch.jit._pickle.restore_type_tag":
            return _tagged(made.arguments)
        elif made.of == "torch._utils._rebuild_sparse_tensor":
            judge_sparse(made.arguments, self._numbers)
        elif made.of in _SCHEMES or made.of.endswith("Storage"):
            raise StrangeError("it calls what is no function")
        return made

    def _numbers(self, storage: Storage) -> array[int] | None:
        """The integers of a storage; None where it has none here."""
        kind, key, device, count = storage
        form = _INTEGERS.get(kind)
        record = f"{self._folder}/{key}"
        if form is None or device.startswith("meta") or not 0 < (self._directory.size(record) or 0) <= MOST_INDICES:
            return None
        numbers = array(form)
        numbers.frombytes(self._directory.read(record, MOST_INDICES)[: count * numbers.itemsize])
        return numbers


def _tagged(arguments: list[Value]) -> Value:
    """The list or dict itself, whose type torch would note. Raises StrangeError for a type that is none."""
    for kind in arguments[1:]:
        if not isinstance(kind, str) or len(kind) > LONGEST_TYPE or sum(map(kind.count, "[({")) > DEEPEST_TYPE:
            raise StrangeError("it holds a type that no program has")
    return arguments[0]


def _judge_tensor(arguments: list[Value]) -> None:
    """Raise StrangeError where a tensor reaches beyond its storage."""
    storage, offset, size, stride, *_ = arguments
    if not isinstance(storage, Storage) or not isinstance(size, Row) or not isinstance(stride, Row):
        raise StrangeError("it holds a tensor of another form")
    sizes, strides = size.items, stride.items
    if len(sizes) != len(strides) or len(sizes) > MOST_DIMENSIONS or not all(map(_natural, (offset, *sizes, *strides))):
        raise StrangeError("it holds a tensor of another form")
    last = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True))
    if 0 not in sizes and last >= storage.items[3]:
        raise StrangeError(
            f"a tensor of the shape {sizes[:8]} reaches beyond its storage of {storage.items[3]} elements"
        )


def _natural(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST
