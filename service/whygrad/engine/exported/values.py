"""The values of the written program: a tree of modules with their tensors, pickled as torch does it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tensor:
    """A tensor: the kind of its numbers, the storage that holds them, and how they lie in it.

    `elements` are those of the whole storage.
    """

    kind: str
    storage: str
    elements: int
    offset: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    requires_grad: bool


class Pickle:
    """Writes the opcodes of a pickle. Only what a program needs is there."""

    def __init__(self) -> None:
        self._parts = [b"\x80\x02"]
        self._memo: dict[Tensor, int] = {}

    def finished(self) -> bytes:
        """The whole pickle."""
        return b"".join([*self._parts, b"."])

    def instance(self, name: str, state: Mapping[str, Callable[[], None]]) -> None:
        """An object of a TorchScript class; each value of its state is a function that writes it."""
        module, _, kind = name.rpartition(".")
        self._global(module, kind)
        self._parts.append(b")\x81")
        self.begin_table()
        for key, write in state.items():
            self.text(key)
            write()
        self.end_table()
        self._parts.append(b"b")

    def begin_table(self) -> None:
        """The begin of a dict: its keys and values follow, then its end."""
        self._parts.append(b"}(")

    def end_table(self) -> None:
        """The end of a dict."""
        self._parts.append(b"u")

    def series(self, tensors: Sequence[Tensor]) -> None:
        """A list of tensors."""
        self._parts.append(b"](")
        for tensor in tensors:
            self.tensor(tensor)
        self._parts.append(b"e")

    def plain(self, value: object) -> None:
        """True, False, None, a number or a text, or a tuple of such."""
        match value:
            case bool():
                self._parts.append(b"\x88" if value else b"\x89")
            case None:
                self._parts.append(b"N")
            case int():
                self._parts.append(_integer(value))
            case str():
                self.text(value)
            case tuple():
                self._parts.append(b"(")
                for each in value:
                    self.plain(each)
                self._parts.append(b"t")

    def integers(self, values: Sequence[int]) -> None:
        """A list of integers, as torch marks it."""
        self._global("torch.jit._pickle", "build_intlist")
        self._parts.append(b"(](")
        for value in values:
            self.plain(value)
        self._parts.append(b"etR")

    def tensor(self, tensor: Tensor) -> None:
        """A tensor; one that was written before is that one again."""
        if tensor in self._memo:
            self._parts.append(b"j" + struct.pack("<I", self._memo[tensor]))
            return
        self._global("torch._utils", "_rebuild_tensor_v2")
        self._parts.append(b"((")
        self.text("storage")
        self._global("torch", f"{tensor.kind}Storage")
        self.text(tensor.storage)
        self.text("cpu")
        self.plain(tensor.elements)
        self._parts.append(b"tQ")
        for part in (tensor.offset, tensor.sizes, tensor.strides, tensor.requires_grad):
            self.plain(part)
        self._global("collections", "OrderedDict")
        self._parts.append(b")RtR")
        self._memo[tensor] = len(self._memo)
        self._parts.append(b"r" + struct.pack("<I", self._memo[tensor]))

    def text(self, value: str) -> None:
        """A text."""
        data = value.encode()
        self._parts.append(b"X" + struct.pack("<I", len(data)) + data)

    def open(self) -> None:
        """The begin of a tuple."""
        self._parts.append(b"(")

    def close(self) -> None:
        """The end of a tuple."""
        self._parts.append(b"t")

    def _global(self, module: str, name: str) -> None:
        self._parts.append(f"c{module}\n{name}\n".encode())


def _integer(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data
