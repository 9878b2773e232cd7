"""The user's own line with its neighbours and a mark under the culprit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from whygrad.render.terminal import Paint, columns, safe

_NEIGHBOURS = 2
_CALLERS = 3


def snippet(location: Mapping[str, Any], paint: Paint, width: int, *, neighbours: int = _NEIGHBOURS) -> list[str]:
    """The lines `18 | h = h.detach()` and, below the culprit, `^ aten::detach`; none where no text is known."""
    source, line = location.get("source"), location.get("line")
    if not isinstance(source, str) or not isinstance(line, int):
        return []
    indent = max((location.get("column") or 0) - (location.get("offset") or 0), 0)
    numbered = {line: " " * indent + source} | _near(location, line, neighbours)
    margin = min(_indent(text) for text in numbered.values())
    gutter = len(str(max(numbered)))
    room = max(width - gutter - 3, 20)
    shown = []
    for number, text in sorted(numbered.items()):
        culprit = number == line
        code = safe(text[margin:], room)
        shown.append(_row(str(number), paint(code, "bold") if culprit else code, gutter, paint))
        if culprit:
            shown.append(_row("", _mark(location, text[margin:], indent - margin, room, paint), gutter, paint))
    return [paint(" " * (gutter + 1) + "|", "blue"), *shown]


def place(location: Mapping[str, Any]) -> str:
    """`model.py:18 in forward`, with the module: the place in one line, or "" where nothing is known of it."""
    file, line, module = location.get("file"), location.get("line"), location.get("module")
    stack = location.get("stack") or [{}]
    function = next((f.get("function") for f in reversed(stack) if f.get("line") == line), None)
    where = f"{safe(file, 200)}:{line}" if file and line else safe(file or "", 200)
    where += f" in {safe(function, 80)}" if where and function else ""
    kind = f" ({safe(location['module_type'], 80)})" if location.get("module_type") else ""
    inside = f"module {safe(module, 120)}{kind}" if module else ""
    return ", ".join(filter(None, [where, inside]))


def same(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two locations are the same place."""
    return all(first.get(key) == second.get(key) for key in ("file", "line", "column", "op"))


def callers(location: Mapping[str, Any]) -> list[str]:
    """`called from model.py:30 in forward: self.encoder(x)`, the user's own calls, the nearest first."""
    own = [f for f in location.get("stack") or [] if not f.get("library")]
    above = own[:-1][::-1]
    told = [f"called from {_frame(frame)}" for frame in above[:_CALLERS]]
    rest = len(above) - len(told)
    return told + ([f"and {rest} calls above"] if rest else [])


def _frame(frame: Mapping[str, Any]) -> str:
    function = f" in {safe(frame['function'], 80)}" if frame.get("function") else ""
    source = f": {safe(frame['source'], 120)}" if frame.get("source") else ""
    return f"{safe(frame.get('file'), 200)}:{frame.get('line')}{function}{source}"


def _near(location: Mapping[str, Any], line: int, neighbours: int) -> dict[int, str]:
    known = {c["line"]: c["source"] for c in location.get("context") or [] if c.get("source")}
    return {n: known[n].rstrip() for n in range(line - neighbours, line + neighbours + 1) if n != line and n in known}


def _mark(location: Mapping[str, Any], text: str, indent: int, room: int, paint: Paint) -> str:
    offset = location.get("offset")
    op = re.sub(r"^prim::.*", "", safe(location.get("op") or "", 80))  # a statement, which the line itself shows
    before = safe(text[: indent + (offset or 0)], len(text) + 1)
    if offset is None or len(before) >= room:
        return paint(" " * max(indent, 0) + op, "red")
    return " " * columns(before) + paint(f"^ {op}".rstrip(), "red", "bold")


def _row(number: str, text: str, gutter: int, paint: Paint) -> str:
    return paint(f"{number:>{gutter}} |", "blue") + (f" {text}" if text else "")


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
