"""The records beside the code of an archive, which lead from its characters back to the original source."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 1_000_000
MOST_TEXT = 64 << 20
"""Characters of source that the records of one file may tell of."""


def sources(data: bytes) -> Mapping[str, dict[int, str]]:
    """The user's own source as far as the archive holds it: file, then line number, then the line."""
    found: dict[str, dict[int, str]] = {}
    records = zipfile.ZipFile(io.BytesIO(data))
    told = 0
    for name in line_records(records):
        texts = dict.fromkeys((r.file, r.first, r.text) for r in debug_records(records.read(name)))
        for file, first, text in texts:
            told += text.count("\n")
            if re.match(r"\s*(@|def |async def |class )", text) and told < MOST_LINES:
                found.setdefault(file, {}).update(enumerate(text.splitlines(), first))
    return found


def line_records(records: zipfile.ZipFile) -> Iterator[str]:
    """The names of the records that were judged as such: those beside the code, in the folder that torch reads."""
    names = records.namelist()
    code = f"{names[0].partition('/')[0]}/code/" if names else ""
    return (name for name in names if name.startswith(code) and name.endswith(".py.debug_pkl"))


@dataclass(frozen=True)
class DebugRecord:
    """What the code of an archive was made of, from the character `at` on: `text` begins at line `first` of `file`.

    `start` is the place in the text. Without a file, nobody knows.
    """

    at: int
    file: str
    first: int
    text: str
    start: int


def debug_records(pickled: bytes) -> list[DebugRecord]:
    """What a debug record of an archive tells, in the order of the code."""
    try:
        tag, *content = _PlainUnpickler(io.BytesIO(pickled)).load()
        strings, ranges = content if tag == "FORMAT_WITH_STRING_TABLE" else ((), ())
        told = list(_records(strings, ranges))
    except Exception:  # a damaged debug record costs the source lines, nothing else
        return []
    sound = all(isinstance(r.file + r.text, str) and isinstance(r.at + r.first, int) for r in told)
    return told if sound and all(0 <= r.start <= max(0, len(r.text) - 1) for r in told) else []


def _records(strings: Sequence[str], ranges: Sequence[Any]) -> Iterator[DebugRecord]:
    shared = {id(pieces): pieces for _, ((pieces, *_), *_), *_ in ranges}  # all operations of a function share theirs
    if sum(len(strings[i]) for pieces in shared.values() for i in pieces) > MOST_TEXT:
        raise ValueError("more source than any program has")
    texts = {key: "".join(strings[i] for i in pieces) for key, pieces in shared.items()}
    for at, ((pieces, file, first), start, _), *_ in ranges:
        yield DebugRecord(at, strings[file] if pieces else "", first, texts[id(pieces)], start)


class _PlainUnpickler(pickle.Unpickler):
    """Builds numbers, strings, tuples and lists; every other name is refused. Preflight has bounded what it reads."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch.jit._pickle" and name == "build_intlist":
            return list
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")
