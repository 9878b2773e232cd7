"""Where a program calls functions. torch forgets the line of such a call when it loads a program; the archive keeps it.

The code in an archive stands beside records that lead from its characters back to the original source. The record
of a call of a function lies at its opening bracket, where torch does not look.
"""

from __future__ import annotations

import bisect
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whygrad.engine.observation import Frame
from whygrad.engine.observe.lines import DebugRecord, debug_records, line_records
from whygrad.engine.observe.stacks import is_library

_DEFINITION = re.compile(r"^(?:class (?P<owner>\w+)|(?P<indent> *)def (?P<name>\w+))\b", re.MULTILINE)
_NAMED = re.compile(r"^ +(?P<alias>_\d+) = (?P<name>__torch__(?:\.\w+)+)$", re.MULTILINE)
_CALL = re.compile(r"(?<![\w.])(?P<name>__torch__(?:\.\w+)+|_\d+)\(")


@dataclass(frozen=True)
class CallSite:
    """The `number`th call of `function` in the method or function `caller`, by their names in the archive."""

    caller: str
    function: str
    number: int


def call_sites(data: bytes) -> Mapping[CallSite, Frame]:
    """The line in the original source of every call of a function."""
    records = zipfile.ZipFile(io.BytesIO(data))
    found: dict[CallSite, Frame] = {}
    for name in line_records(records):
        file = name.removesuffix(".debug_pkl")
        module = file.partition("/code/")[2].removesuffix(".py").replace("/", ".")
        if file in records.NameToInfo:
            code = records.read(file).decode()
            found.update(_sites(module, code, debug_records(records.read(name))))
    return found


def frame_at(code: str, records: list[DebugRecord], at: int) -> Frame | None:
    """The line in the original source of a character in the code of a module; None where nobody knows."""
    definitions = [match for match in _DEFINITION.finditer(code) if match["name"] and match.start() <= at]
    record = _record_at(records, [record.at for record in records], at)
    return None if record is None else _frame(record, definitions[-1]["name"] if definitions else "")


def _sites(module: str, code: str, records: list[DebugRecord]) -> Iterator[tuple[CallSite, Frame]]:
    starts, names = zip(*_callers(module, code), strict=True)
    places = [record.at for record in records]
    aliases = {(bisect.bisect(starts, m.start()), m["alias"]): m["name"] for m in _NAMED.finditer(code)}
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for call in _CALL.finditer(code):
        definition = bisect.bisect(starts, call.start())
        key = (names[definition - 1], aliases.get((definition, call["name"]), call["name"]))
        record = _record_at(records, places, call.end() - 1)
        if record is not None:
            yield CallSite(*key, counted[key]), _frame(record, key[0])
        counted[key] += 1


def _callers(module: str, code: str) -> Iterator[tuple[int, str]]:
    """Where each function and method of the archive's code begins, and its full name."""
    yield 0, module
    owner = ""
    for match in _DEFINITION.finditer(code):
        if match["owner"]:
            owner = match["owner"]
        elif not match["indent"]:
            yield match.start(), f"{module}.{match['name']}"
        elif len(match["indent"]) == 2:
            yield match.start(), f"{module}.{owner}.{match['name']}"


def _record_at(records: list[DebugRecord], places: list[int], bracket: int) -> DebugRecord | None:
    index = bisect.bisect(places, bracket) - 1
    return records[index] if index >= 0 and records[index].file else None


def _frame(record: DebugRecord, caller: str) -> Frame:
    """The frame of a call, as torch would have printed it."""
    before = record.text[: record.start]
    number = before.count("\n")
    lines = record.text.splitlines()
    column = len(before.rpartition("\n")[2])
    source = lines[number]
    around = range(max(0, number - 3), min(len(lines), number + 4))
    return Frame(
        file=record.file,
        line=record.first + number,
        function=caller.rpartition(".")[2],
        source=source.strip(),
        column=column,
        offset=column - (len(source) - len(source.lstrip())),
        context=tuple((record.first + n, lines[n]) for n in around if n != number and lines[n].strip()),
        library=is_library(record.file),
    )
