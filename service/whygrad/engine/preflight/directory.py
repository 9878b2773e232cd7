"""The directory of a zip archive, read strictly: where two readers could see two different archives, it is refused.

torch finds a record by its name whatever the case, takes the top folder from the first record, and believes the sizes
that the directory states. Records are looked up here in the same way. Weights are never read: what is said of them
stands in the directory.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.preflight.refusal import boundless, damaged, foreign
from whygrad.engine.spelling import quoted

MOST_RECORDS = 10_000
LONGEST_NAME = 1_000
MOST_RATIO = 100
"""How many times smaller a record may be packed, where it is larger than `FREE_BYTES`."""
FREE_BYTES = 64 << 20

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_SIZES_FOLLOW = 0x8
_KNOWN_FLAGS = 0x800 | _SIZES_FOLLOW | 0x6
_NEWEST = 63
"""The version of the format, times ten, that a reader may be asked for."""
_ELSEWHERE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its whole name, where its local header begins, how large it is packed and unpacked."""

    name: str
    start: int
    packed: int
    size: int
    method: int
    flags: int
    check: int
    version: int


class Directory:
    """The records of an archive by their names. Raises RefusedError where there is no directory to be read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._begin, end, count = _central(data)
        self._all = list(_entries(data, self._begin, end, count))
        self.records = {record.name: record for record in self._all}
        self.top = next(iter(self.records), "").partition("/")[0]

    def judge(self) -> None:
        """Raise RefusedError where torch could see other records than these, or would have to unpack too much."""
        _judge_names([record.name for record in self._all])
        _judge_sizes(self._all, len(self._data))
        _judge_places(self._data, self._all, self._begin)

    def names(self) -> Iterator[str]:
        """The names of the records below the top folder, without it."""
        folder = f"{self.top}/"
        return (name.removeprefix(folder) for name in self.records if name.startswith(folder) and name != folder)

    def size(self, name: str) -> int | None:
        """The unpacked size of a record in bytes, None where there is none of that name."""
        record = self.records.get(f"{self.top}/{name}")
        return None if record is None else record.size

    def read(self, name: str, most: int) -> bytes:
        """The content of a record below the top folder. Raises RefusedError where it is damaged or larger than that."""
        record = self.records[f"{self.top}/{name}"]
        if record.size > most:
            boundless(f"its record {quoted(name)} has {record.size:,} bytes, and {most:,} are the most")
        begin = _content(self._data, record, self._begin)
        content = self._data[begin : begin + record.packed]
        if record.method == _DEFLATED:
            content = _unpacked(content, record)
        if len(content) != record.size or zlib.crc32(content) != record.check:
            damaged(f"its record {quoted(name)} is not what was once written")
        return content


def _central(data: bytes) -> tuple[int, int, int]:
    """Where the list of records begins and ends, and how many it holds."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    if at < 0 or at + _END.size > len(data):
        damaged("its end is missing, as after a download or an upload that broke off")
    _, disk, first, here, count, size, begin, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data) or disk or first or here != count:
        damaged("something follows its end, or parts of it are missing")
    end = at
    if at >= _LOCATOR.size and data.startswith(b"PK\x06\x07", at - _LOCATOR.size):
        end = at - _LOCATOR.size - _END64.size
        _, _, where, _ = _LOCATOR.unpack_from(data, at - _LOCATOR.size)
        if where != end or end < 0 or not data.startswith(b"PK\x06\x06", end):
            damaged("its directory is not where its end says")
        _, _, _, _, _, _, here, count, size, begin = _END64.unpack_from(data, end)
    if begin + size != end or here != count:
        damaged("its directory is not where its end says")
    if count > MOST_RECORDS:
        boundless(f"it has {count:,} records, and {MOST_RECORDS:,} are the most")
    return begin, end, count


def _entries(data: bytes, at: int, end: int, count: int) -> Iterator[Record]:
    for _ in range(count):
        if at + _ENTRY.size > end or not data.startswith(b"PK\x01\x02", at):
            damaged("its directory breaks off")
        _, _, version, flags, method, _, _, check, *rest = _ENTRY.unpack_from(data, at)
        packed, size, named, extra, comment, _, _, _, start = rest
        at += _ENTRY.size
        further = at + named
        if further + extra + comment > end:
            damaged("its directory breaks off")
        name = _text(data[at:further])
        if _ELSEWHERE in (packed, size, start):
            size, packed, start = _wide(data[further : further + extra], size, packed, start)
        at = further + extra + comment
        yield Record(name, start, packed, size, method, flags, check, version)
    if at != end:
        damaged("its directory holds more than it says")


def _text(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        foreign("the name of a record is not text")


def _wide(extra: bytes, *values: int) -> list[int]:
    """The sizes and the place of a large record, of which the directory keeps only those that it must."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1 and at + 4 + length <= len(extra):
            held = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            found = [next(held, None) if value == _ELSEWHERE else value for value in values]
            if None not in found:
                return [value for value in found if value is not None]
        at += 4 + length
    return damaged("the size of a record is missing")


def _judge_names(names: list[str]) -> None:
    if len({name.lower() for name in names}) != len(names):
        foreign("two of its records have one name, and torch ignores the case: which one counts is anybody's guess")
    tops = {name.partition("/")[0] for name in names}
    if len({top.lower() for top in tops}) != len(tops):
        foreign("two of its folders have one name, and torch ignores the case: it takes them for one")
    for name in names:
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or ".." in parts or "" in parts[:-1] or not name:
            foreign(f"the record {quoted(name)} leads out of its folder")
        if len(name) > LONGEST_NAME or not name.isprintable():
            foreign(f"the record {quoted(name)} has a name that no program needs")


def _judge_sizes(records: list[Record], uploaded: int) -> None:
    for record in records:
        known = record.method in (_STORED, _DEFLATED) and not record.flags & ~_KNOWN_FLAGS
        if not known or record.version > _NEWEST:
            foreign(f"the record {quoted(record.name)} is encrypted, or packed in a way that torch does not read")
        if record.method == _STORED and record.packed != record.size:
            damaged(f"the record {quoted(record.name)} has two sizes")
    total = sum(record.size for record in records)
    if total > FREE_BYTES and total > MOST_RATIO * uploaded:
        boundless(f"it is {uploaded:,} bytes packed and {total:,} bytes unpacked")


def _judge_places(data: bytes, records: list[Record], end: int) -> None:
    free = 0
    for record in sorted(records, key=lambda record: record.start):
        if record.start < free:
            foreign(f"the record {quoted(record.name)} lies over another")
        free = _content(data, record, end) + record.packed
        if free > end:
            damaged(f"the record {quoted(record.name)} is longer than the file")


def _content(data: bytes, record: Record, end: int) -> int:
    """Where the content of a record begins, behind a local header that says what the directory says."""
    if record.start + _LOCAL.size > end or not data.startswith(b"PK\x03\x04", record.start):
        damaged(f"the record {quoted(record.name)} is not where the directory says")
    _, _, flags, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(data, record.start)
    name = data[record.start + _LOCAL.size : record.start + _LOCAL.size + named]
    told = record.name.encode()
    sizes = packed in (record.packed, _ELSEWHERE) and size in (record.size, _ELSEWHERE)
    if name != told or method != record.method or not (sizes or flags & _SIZES_FOLLOW):
        foreign(f"the record {quoted(record.name)} says other things of itself than the directory does")
    begin: int = record.start + _LOCAL.size + named + extra
    return begin


def _unpacked(content: bytes, record: Record) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, record.size + 1)
    except zlib.error:
        damaged(f"the record {quoted(record.name)} cannot be unpacked")
