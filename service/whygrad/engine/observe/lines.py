"""The records beside the code of an archive, which lead from its characters back to the original source."""

from __future__ import annotations

import io
import pickle
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def sources(data: bytes) -> Mapping[str, dict[int, str]]:
    """The user's own source as far as the archive holds it: file, then line number, then the line."""
    found: dict[str, dict[int, str]] = {}
    records = zipfile.ZipFile(io.BytesIO(data))
    for name in records.namelist():
        if name.endswith(".debug_pkl"):
            texts = dict.fromkeys((r.file, r.first, r.text) for r in debug_records(records.read(name)))
            for file, first, text in texts:
                if re.match(r"\s*(@|def |async def |class )", text):
                    found.setdefault(file, {}).update(enumerate(text.splitlines(), first))
    return found


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
    except Exception:  # a damaged debug record costs the source lines, nothing else
        return []
    if tag != "FORMAT_WITH_STRING_TABLE" or len(content) != 2:
        return []
    strings, ranges = content
    shared = {id(pieces): pieces for _, ((pieces, *_), *_), *_ in ranges}  # all operations of a function share theirs
    texts = {key: "".join(strings[i] for i in pieces) for key, pieces in shared.items()}
    return [
        DebugRecord(at, strings[file] if pieces else "", first, texts[id(pieces)], start)
        for at, ((pieces, file, first), start, _), *_ in ranges
    ]


class _PlainUnpickler(pickle.Unpickler):
    """Builds numbers, strings, tuples and lists; every other name is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch.jit._pickle" and name == "build_intlist":
            return list
        raise pickle.UnpicklingError(f"{module}.{name} is not plain data")
