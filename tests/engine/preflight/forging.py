"""Archives made by hand: a small sound program, and whatever is to be wrong with it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

CLASS = """class M(Module):
  __parameters__ = ["w", ]
  __buffers__ = []
  w : Tensor
  training : bool
  _is_full_backward_hook : NoneType
"""
FORWARD = """  def forward(self: __torch__.M,
    x: Tensor) -> Tensor:
    return torch.mul(x, self.w)
"""


def text(value: str) -> bytes:
    """A text, pickled as torch does."""
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    """An integer, pickled as torch does."""
    return b"J" + struct.pack("<i", value) if abs(value) < 1 << 31 else b"\x8a\x08" + struct.pack("<q", value)


def numbers(values: Iterable[int]) -> bytes:
    """A tuple of integers, pickled."""
    return b"(" + b"".join(map(number, values)) + b"t"


def storage(kind: str = "Float", key: str = "0", device: str = "cpu", count: int = 4) -> bytes:
    """A storage, pickled."""
    named = text("storage") + f"ctorch\n{kind}Storage\n".encode() + text(key) + text(device) + number(count)
    return b"(" + named + b"tQ"


def tensor(stored: bytes, offset: int = 0, size: Iterable[int] = (4,), stride: Iterable[int] = (1,)) -> bytes:
    """A tensor, pickled."""
    place = number(offset) + numbers(size) + numbers(stride)
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + stored + place + b"\x89ccollections\nOrderedDict\n)RtR"


def program(weight: bytes | None = None, *, name: bytes = b"c__torch__\nM\n") -> bytes:
    """The pickle of a module with one weight."""
    held = text("w") + (tensor(storage()) if weight is None else weight)
    rest = text("training") + b"\x88" + text("_is_full_backward_hook") + b"N"
    return b"\x80\x02" + name + b")\x81}(" + held + rest + b"ub."


def records(
    values: bytes | None = None, code: str = CLASS + FORWARD, more: Mapping[str, bytes] | None = None
) -> dict[str, bytes]:
    """The records of an archive."""
    return {
        "m/data.pkl": program() if values is None else values,
        "m/code/__torch__.py": code.encode(),
        "m/data/0": struct.pack("<4f", 1, 2, 3, 4),
        "m/constants.pkl": b"\x80\x02).",
        "m/version": b"3\n",
        "m/byteorder": b"little",
        **(more or {}),
    }


def packed(held: Mapping[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """The records as an archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return file.getvalue()


def archive(values: bytes | None = None, code: str = CLASS + FORWARD, more: Mapping[str, bytes] | None = None) -> bytes:
    """A small program, as far as nothing is said of it."""
    return packed(records(values, code, more))


def method(*body: str, name: str = "forward") -> str:
    """The code of a method with these lines."""
    head = f"  def {name}(self: __torch__.M,\n    x: Tensor) -> Tensor:\n"
    return head + "".join(f"    {line}\n" for line in body)


def written(entries: Iterable[tuple[bytes, bytes]], *, other: bytes | None = None) -> bytes:
    """An archive with records of any names at all; `other` is the name that the first one's local header says."""
    body, directory = b"", b""
    listed = list(entries)
    for name, data in listed:
        check, size = zlib.crc32(data), len(data)
        local = other if other is not None and not body else name
        fixed = struct.pack("<5H3L", 20, 0, 0, 0, 33, check, size, size)
        start = len(body)
        body += b"PK\x03\x04" + fixed + struct.pack("<2H", len(local), 0) + local + data
        where = struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, start)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fixed + where + name
    end = struct.pack("<4H2LH", 0, 0, len(listed), len(listed), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + end
