"""The graph of a diagnosis as one picture that stands by itself: no script, no font, nothing loaded.

Boxes stand below each other in the order of execution, so a line is straight where the next box reads what the one
before gave, and an arc where a later one does. The page in a browser lays the same graph out in two dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from whygrad.render.outline import Row, rows

ROW, BOX, INDENT = 56, 30, 22
LEFT, HEAD = 150, 96
WIDEST, NARROWEST, BESIDE = 340, 200, 330
"""Of boxes: that of the outermost, where those in it leave room, and of the innermost; and the room on the right."""
LONGEST, WIDE = 40, 11
"""How many characters of a name are shown, and how wide one of the headline is, written large, in the widest fonts."""

INK, FAINT, LINE, PAGE = "#171b21", "#5d6673", "#aab1bb", "#ffffff"
COLOURS = {
    "cut": "#b42318", "none": "#b42318", "zero": "#8a4b00", "non-finite": "#9b1c77", "flows": "#14703a",
    "frozen": "#1d5fa8", "not-run": "#4f5864", "data": "#868e99",
}  # fmt: skip
SIGNS = {
    "cut": "✂",
    "none": "×",
    "zero": "0",
    "non-finite": "∞",
    "flows": "→",
    "frozen": "❄",
    "not-run": "◌",
    "data": "",
}
WORDS = {"cut": "cut here", "none": "no gradient", "non-finite": "not finite", "not-run": "backward did not run"}
DASHES = {"none": "5 4", "cut": "5 4", "zero": "2 3", "non-finite": "8 3 2 3", "not-run": "1 3", "frozen": "12 4"}


def render(document: Mapping[str, Any], graph: Mapping[str, Any]) -> str:
    """The picture, with the findings of the document at their places."""
    shown = rows(graph)
    places = {op: n for n, row in enumerate(shown) if not row.open for op in row.ops}
    findings = document["findings"][:8]
    top = HEAD + 22 * len(findings)
    room = max(WIDEST, NARROWEST + 2 * INDENT * max((row.depth for row in shown), default=0))
    height, width = top + ROW * len(shown) + 30, LEFT + room + BESIDE
    indents = [INDENT * row.depth for row in shown]
    parts = [
        *_heading(document, findings, width),
        *(_frame(shown, n, top, room) for n, row in enumerate(shown) if row.open),
        *_lines(graph, places, indents, top),
        *(text for n, row in enumerate(shown) for text in _row(row, n, top, room, graph)),
        *_joints(graph, places, indents, top, room),
    ]
    title = f"<title>{_text(document['headline'] or 'Gradient map', 400)}</title>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="13">{title}'
        f'<rect width="{width}" height="{height}" fill="{PAGE}"/>{"".join(parts)}</svg>\n'
    )


def _heading(document: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    yield _words(document["model"]["name"], 24, 30, size=12, fill=FAINT, most=90)
    headline, room = document["headline"] or "", (width - 48) // WIDE
    size, most = (17, room) if len(headline) <= room else (13, room * 17 // 13)
    yield _words(headline, 24, 54, size=size, weight=650, most=most)
    for number, found in enumerate(findings):
        y = 82 + 22 * number
        yield f'<circle cx="34" cy="{y - 4}" r="9" fill="{COLOURS["cut"]}"/>'
        yield _words(str(number + 1), 34, y, size=11, weight=700, fill=PAGE, anchor="middle")
        yield _words(f"{found['code']} {found['title']}", 52, y, most=95)


def _frame(shown: Sequence[Row], number: int, top: int, room: int) -> str:
    row = shown[number]
    inside = 1
    while number + inside < len(shown) and shown[number + inside].depth > row.depth:
        inside += 1
    x, y = LEFT + INDENT * row.depth - 12, top + ROW * number - 6
    return (
        f'<rect x="{x}" y="{y}" width="{room - (INDENT + 8) * row.depth + 24}" height="{ROW * inside - 6}" '
        f'rx="10" fill="#f6f7f9" stroke="#dfe3e8"/>'
    )


def _row(row: Row, number: int, top: int, room: int, graph: Mapping[str, Any]) -> Iterator[str]:
    x, y, colour = LEFT + INDENT * row.depth, top + ROW * number, COLOURS[row.state]
    if row.open:
        yield _words(row.name, x, y + 16, weight=650, fill=FAINT, beside=row.kind)
        return
    faulty = bool(row.findings) or row.state == "cut"
    fill, stroke = ("#fdeceb", COLOURS["cut"]) if faulty else (PAGE, colour if row.state in DASHES else LINE)
    dash = "" if faulty or row.ran else ' stroke-dasharray="2 3"'
    yield (
        f'<rect x="{x}" y="{y}" width="{room - 2 * INDENT * row.depth}" height="{BOX}" rx="7" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{2 if faulty else 1}"{dash}/>'
    )
    yield _words(row.name, x + 12, y + 20, weight=600, beside=row.kind)
    right = LEFT + room - INDENT * row.depth
    if row.ran:
        yield _words(SIGNS[row.state], right - 20, y + 20, fill=colour, weight=700)
    told = WORDS.get(row.state, "") if row.ran else "was not run"
    sizes = " · ".join(_sizes(row, graph))
    note = sizes or (told if faulty or row.state in ("none", "non-finite") or not row.ran else "")
    yield _words(note, right + 18, y + 20, size=12, fill=COLOURS["cut"], weight=600, most=60)
    for place, finding in enumerate(row.findings[:4]):
        cx = right - 2 - 22 * place
        yield f'<circle cx="{cx}" cy="{y}" r="10" fill="{COLOURS["cut"]}" stroke="{PAGE}" stroke-width="2"/>'
        yield _words(str(finding + 1), cx, y + 4, size=11, weight=700, fill=PAGE, anchor="middle")


def _sizes(row: Row, graph: Mapping[str, Any]) -> Iterator[str]:
    for finding in row.findings:
        sizes = graph["findings"][finding]["sizes"]
        if sizes:
            yield f"{sizes['given']} ≠ {sizes['taken']} {sizes['of']}"


def _lines(graph: Mapping[str, Any], places: Mapping[int, int], indents: Sequence[int], top: int) -> Iterator[str]:
    merged: dict[tuple[int, int], tuple[int, str]] = {}
    table = graph["edges"]
    for source, target, tensor, state in zip(*(table[n] for n in ("from", "to", "tensor", "gradient")), strict=True):
        ends = places.get(source), places.get(target)
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        shape = "" if tensor is None else "×".join(map(str, graph["tensors"][tensor]["shape"])) or "scalar"
        known = merged.get((ends[0], ends[1]))
        if known is None or state < known[0]:
            merged[ends[0], ends[1]] = state, shape
    for (a, b), (state, shape) in merged.items():
        yield from _line(a, b, graph["states"][state], shape, top, (LEFT + indents[a], LEFT + indents[b]))


def _line(a: int, b: int, state: str, shape: str, top: int, lefts: tuple[int, int]) -> Iterator[str]:
    colour = COLOURS[state] if state not in ("data", "not-run") else LINE
    dash = f' stroke-dasharray="{DASHES[state]}"' if state in DASHES and state != "cut" else ""
    style = f'fill="none" stroke="{colour}" stroke-width="{2 if state == "cut" else 1.4}"{dash}'
    x, start, end = max(lefts) + 26, top + ROW * a + BOX, top + ROW * b
    if b == a + 1:
        gap = f"M{x} {start}V{start + 7}M{x} {end - 7}V{end}" if state == "cut" else f"M{x} {start}V{end - 4}"
        yield f'<path d="{gap}" {style}/>'
        if state == "cut":
            yield _words("✂", x, (start + end) / 2 + 5, fill=colour, size=15, weight=700, anchor="middle")
        else:
            yield f'<path d="M{x - 4} {end - 7}L{x} {end}L{x + 4} {end - 7}z" fill="{colour}"/>'
        yield _words(shape, x + 14, (start + end) / 2 + 4, size=11, fill=colour if dash else FAINT)
        return
    out = LEFT - 14 - min(120, 9 * abs(b - a))
    y1, y2 = top + ROW * a + BOX / 2, top + ROW * b + BOX / 2
    yield f'<path d="M{lefts[0]} {y1}C{out} {y1} {out} {y2} {lefts[1]} {y2}" {style}/>'
    if state == "cut":
        yield _words("✂", (LEFT + 3 * out) / 4, (y1 + y2) / 2 + 5, fill=colour, size=15, weight=700, anchor="middle")


def _joints(
    graph: Mapping[str, Any], places: Mapping[int, int], indents: Sequence[int], top: int, room: int
) -> Iterator[str]:
    """Both sides of a fault, joined on the right: from below the upper box to above the lower one."""
    for found in graph["findings"][:20]:
        for related in found["related"]:
            ends = [places[op] for op in (found["op"], related["op"]) if op in places]
            if len(set(ends)) < 2:
                continue
            right, out = LEFT + room, LEFT + room + 60
            (x1, y1), (x2, y2) = ((right - 40 - indents[end], top + ROW * end) for end in sorted(ends))
            colour = COLOURS["cut"]
            yield (
                f'<path d="M{x1} {y1 + BOX}C{out} {y1 + ROW * 0.8} {out} {y2 - ROW * 0.3} {x2} {y2}" fill="none" '
                f'stroke="{colour}" stroke-width="2" stroke-dasharray="7 4"/>'
            )
            y = top + ROW * ends[1] + BOX / 2 + 4
            yield _words(graph["texts"][related["label"]], right + 56, y, size=11, fill=colour, weight=600)


def _words(
    text: str,
    x: float,
    y: float,
    *,
    size: int = 13,
    weight: int = 400,
    fill: str = INK,
    anchor: str = "start",
    beside: str = "",
    most: int = LONGEST,
) -> str:
    if not text:
        return ""
    detail = (
        f'<tspan dx="8" font-weight="400" font-size="11" fill="{FAINT}">{_text(beside, most)}</tspan>' if beside else ""
    )
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" text-anchor="{anchor}">'
        f"{_text(text, most)}{detail}</text>"
    )


def _text(text: str, most: int) -> str:
    return escape(text if len(text) <= most else f"{text[: most - 1]}…")
