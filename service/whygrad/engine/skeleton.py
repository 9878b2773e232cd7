"""A TorchScript archive without its weights: every floating storage moved to the meta device.

The skeleton holds the code, the shapes and the integer data, and is loaded like any other archive, wherever it was
saved: what lay on a GPU is on the CPU. Parameters that share memory still share it. Only the standard library is
needed: the same function makes skeletons in a client that has no torch, and gives the structure pass a program that
costs nothing to run.
"""

from __future__ import annotations

import io
import pickletools
import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence

FLOATING = frozenset(
    f"{kind}Storage" for kind in ("Float", "Double", "Half", "BFloat16", "ComplexFloat", "ComplexDouble", "ComplexHalf")
)
META, CPU = "meta", "cpu"
_MEMORIZE = {"BINPUT", "LONG_BINPUT", "MEMOIZE", "PUT"}
_RECALL = {"BINGET", "LONG_BINGET", "GET"}


def skeleton(archive: bytes) -> bytes:
    """The archive without floating data. Raises ValueError where it is no TorchScript archive."""
    source = zipfile.ZipFile(io.BytesIO(archive))
    pickled = next((n for n in source.namelist() if n.count("/") == 1 and n.endswith("/data.pkl")), None)
    if pickled is None:
        raise ValueError("the archive has no data.pkl")
    program, emptied = move_to_meta(source.read(pickled))
    folder = pickled.removesuffix(".pkl")
    constants = f"{folder.rpartition('/')[0]}/constants.pkl"
    changed = {pickled: program}
    if constants in source.namelist():
        changed[constants], _ = _moved(source.read(constants), floating=CPU)
    dropped = {f"{folder}/{key}" for key in emptied}
    return _written(source, changed | dict.fromkeys(dropped, b""))


def without(archive: bytes, dropped: Collection[str]) -> bytes:
    """The archive without some of its records."""
    source = zipfile.ZipFile(io.BytesIO(archive))
    return _written(source, {}, [record for record in source.infolist() if record.filename not in dropped])


def _written(
    source: zipfile.ZipFile, changed: Mapping[str, bytes], records: Sequence[zipfile.ZipInfo] | None = None
) -> bytes:
    """The records of an archive, all or those that are named, some of them with another content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as out:
        for record in source.infolist() if records is None else records:
            name = record.filename
            data = changed[name] if name in changed else source.read(name)
            out.writestr(name, data, compress_type=record.compress_type)
    return target.getvalue()


def move_to_meta(program: bytes) -> tuple[bytes, set[str]]:
    """The pickle with every floating storage on meta and all others on the CPU, and the keys of the floating ones."""
    return _moved(program, floating=META)


def _moved(program: bytes, *, floating: str) -> tuple[bytes, set[str]]:
    ops = [(op.name, argument, position or 0) for op, argument, position in pickletools.genops(program)]
    storages = _Storages(ops, floating)
    pieces, end = [], [position for _, _, position in ops[1:]] + [len(program)]
    for index, (_name, _, start) in enumerate(ops):
        literal = storages.replacement(index)
        pieces.append(program[start : end[index]] if literal is None else _unicode(literal))
    return b"".join(pieces), storages.emptied


class _Storages:
    """Finds, in a list of pickle opcodes, where each storage's location string is written or recalled.

    Storages that hold floating numbers go where `floating` says, all others to the CPU, unless they are on meta.
    """

    def __init__(self, ops: list[tuple[str, object, int]], floating: str) -> None:
        self.ops = ops
        self._floating = floating
        self.emptied: set[str] = set()
        self._literals: dict[int, str] = {}
        self._slots: set[object] = set()
        self._memo = self._remember()
        for index, (name, _, _) in enumerate(ops):
            if name == "BINPERSID":
                self._storage(index)

    def replacement(self, index: int) -> str | None:
        """The string to write instead of that opcode, None to leave it."""
        name, argument, _ = self.ops[index]
        if index in self._literals:
            return self._literals[index]
        if name in _RECALL and argument in self._slots:
            return self._memo[argument]
        return None

    def _remember(self) -> dict[object, str]:
        memo: dict[object, str] = {}
        for (name, argument, _), (_, before, _) in zip(self.ops[1:], self.ops, strict=False):
            if name in _MEMORIZE and isinstance(before, str):
                memo[len(memo) if name == "MEMOIZE" else argument] = before
        return memo

    def _storage(self, end: int) -> None:
        """Read backwards from a persistent id: ("storage", type, key, location, elements)."""
        index = end - 1
        operands: list[int] = []
        while len(operands) < 4 and index > 0:
            index -= 1
            if self.ops[index][0] not in _MEMORIZE:
                operands.append(index)
        _elements, location, key, kind = operands
        was = self._string(location)
        goes = self._floating if str(self._string(kind)).split()[-1] in FLOATING else CPU
        if self.ops[location][0] in _RECALL:
            self._slots.add(self.ops[location][1])
        elif self.ops[location + 1][0] in _MEMORIZE:
            self._slots.add(self.ops[location + 1][1])
        self._literals[location] = META if was == META else goes
        if goes == META and was != META:
            self.emptied.add(self._string(key))

    def _string(self, index: int) -> str:
        name, argument, _ = self.ops[index]
        return self._memo[argument] if name in _RECALL else str(argument)


def _unicode(text: str) -> bytes:
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data
