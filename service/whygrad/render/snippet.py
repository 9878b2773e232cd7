"""The user's own line with its neighbours and a mark under the culprit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from whygrad.render.terminal import Paint, columns, safe

_NEIGHBOURS = 2
_CALLERS = 3


@dataclass(frozen=True)
class Line:
    """A line of the user's source, or, without a number, the mark under the one that is meant."""

    number: int | None
    text: str
    kind: Literal["near", "culprit", "mark"]


def snippet(location: Mapping[str, Any], paint: Paint, width: int, *, neighbours: int = _NEIGHBOURS) -> list[str]:
    """The lines `18 | h = h.detach()` and, below the culprit, `^ aten::detach`; none where no text is known."""
    found = lines(location, width, neighbours=neighbours)
    if not found:
        return []
    gutter = max(len(str(line.number)) for line in found if line.number is not None)
    return [paint(" " * (gutter + 1) + "|", "blue"), *(_row(line, gutter, paint) for line in found)]


def lines(location: Mapping[str, Any], width: int, *, neighbours: int = _NEIGHBOURS) -> list[Line]:
    """The culprit between its neighbours, with what indents them all left out, and the mark under it.

    A line takes `width` columns at most, its number included; there are none where no text is known.
    """
    source, line = location.get("source"), location.get("line")
    if not isinstance(source, str) or not isinstance(line, int):
        return []
    indent = min(max((location.get("column") or 0) - (location.get("offset") or 0), 0), width)  # beyond, it is cut
    numbered = {line: " " * indent + source} | _near(location, line, neighbours)
    margin = min(_indent(text) for text in numbered.values())
    room = max(width - len(str(max(numbered))) - 3, 20)
    found = []
    for number, text in sorted(numbered.items()):
        found.append(Line(number, safe(text[margin:], room), "culprit" if number == line else "near"))
        if number == line:
            mark = _mark(location, text[margin:], indent - margin, room)
            found += [Line(None, mark, "mark")] if mark.strip() else []
    return found


def place(location: Mapping[str, Any]) -> str:
    """`model.py:18 in forward`, with the module: the place in one line, or "" where nothing is known of it."""
    line, module = location.get("line"), location.get("module")
    stack = location.get("stack") or [{}]
    function = next((f.get("function") for f in reversed(stack) if f.get("line") == line), None)
    where = safe(file(location), 200) + (f":{line}" if file(location) and line else "")
    where += f" in {safe(function, 80)}" if where and function else ""
    kind = f" ({safe(location['module_type'], 80)})" if location.get("module_type") else ""
    inside = f"module {safe(module, 120)}{kind}" if module else ""
    return ", ".join(filter(None, [where, inside]))


def file(location: Mapping[str, Any]) -> str:
    """What the file of a place, or of a call, is called: from where it is read, from its root, as the program says."""
    return str(location.get("shown") or location.get("path") or location.get("file") or "")


def same(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two locations are the same place."""
    return all(first.get(key) == second.get(key) for key in ("file", "line", "column", "op"))


def callers(location: Mapping[str, Any]) -> list[str]:
    """`called from model.py:30 in forward: self.encoder(x)`, the user's own calls, the nearest first."""
    own = [f for f in location.get("stack") or [] if not f.get("library")]
    above = [
        f for f in own[:-1][::-1] if (f.get("file"), f.get("line")) != (location.get("file"), location.get("line"))
    ]
    told = [f"called from {_frame(frame)}" for frame in above[:_CALLERS]]
    rest = len(above) - len(told)
    return told + ([f"and {rest} calls above"] if rest else [])


def _frame(frame: Mapping[str, Any]) -> str:
    function = f" in {safe(frame['function'], 80)}" if frame.get("function") else ""
    source = f": {safe(frame['source'], 120)}" if frame.get("source") else ""
    return f"{safe(file(frame), 200)}:{frame.get('line')}{function}{source}"


def _near(location: Mapping[str, Any], line: int, neighbours: int) -> dict[int, str]:
    known = {c["line"]: c["source"] for c in location.get("context") or [] if c.get("source")}
    return {n: known[n].rstrip() for n in range(line - neighbours, line + neighbours + 1) if n != line and n in known}


def _mark(location: Mapping[str, Any], text: str, indent: int, room: int) -> str:
    offset = location.get("offset")
    op = re.sub(r"^prim::.*", "", safe(location.get("op") or "", 80))  # a statement, which the line itself shows
    before = safe(text[: indent + (offset or 0)], len(text) + 1)
    if offset is None or len(before) >= room:
        return " " * max(indent, 0) + op
    return " " * columns(before) + f"^ {op}".rstrip()


def _row(line: Line, gutter: int, paint: Paint) -> str:
    number = "" if line.number is None else str(line.number)
    return paint(f"{number:>{gutter}} |", "blue") + (f" {_painted(line, paint)}" if line.text else "")


def _painted(line: Line, paint: Paint) -> str:
    if line.kind == "mark":
        text = line.text.lstrip()
        return " " * (len(line.text) - len(text)) + paint(text, "red", "bold")
    return paint(line.text, "bold") if line.kind == "culprit" else line.text


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
