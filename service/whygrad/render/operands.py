"""The operands of a faulty operation under one another, with the sizes that do not fit marked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.render.terminal import Paint, safe

_SHOWN = 8

Operand = Mapping[str, Any]
Shapes = Sequence[Sequence[int]]
Position = tuple[int, int]


def table(finding: Mapping[str, Any], paint: Paint) -> list[str]:
    """One line per operand: role, name, shape, type and what gradient it carries; carets under the misfits."""
    operands: Sequence[Operand] = (finding.get("operands") or [])[:_SHOWN]
    marked = misfits(finding)
    rows = [cells(operand) for operand in operands]
    if not any(name for _role, name, _shape, _kind in rows):
        rows = [[role, *facts] for role, _name, *facts in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    indent = sum(size + 2 for size in widths[:-2])
    last = max((i for i, marks in enumerate(marked[:_SHOWN]) if marks), default=None)
    lines = []
    for i, (row, operand) in enumerate(zip(rows, operands, strict=True)):
        lines.append("  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip())
        if marked[i]:
            said = f"  {clash(finding)}" if i == last else ""
            lines.append(" " * indent + paint((_carets(operand["shape"], marked[i]) + said).rstrip(), "red"))
    rest = len(finding.get("operands") or []) - _SHOWN
    return lines + ([f"and {rest} more"] if rest > 0 else [])


def misfits(finding: Mapping[str, Any]) -> list[frozenset[int]]:
    """For each operand the positions in its shape that do not fit, by what the code means; empty where unknown."""
    operands: Sequence[Operand] = finding.get("operands") or []
    shapes = [operand.get("shape") or [] for operand in operands]
    pairs = _pairs(finding.get("code", ""), finding, operands)
    marks: list[set[int]] = [set() for _ in operands]
    for (first, i), (second, j) in pairs:
        if shapes[first][i] != shapes[second][j]:
            marks[first].add(i % len(shapes[first]))
            marks[second].add(j % len(shapes[second]))
    return [frozenset(m) for m in marks]


def clash(finding: Mapping[str, Any]) -> str:
    """`10 and 6 do not fit`, where it is one size of each of two operands, else ""."""
    operands, marked = finding.get("operands") or [], misfits(finding)
    sizes = [operand["shape"][next(iter(marks))] for operand, marks in zip(operands, marked, strict=True) if marks]
    single = all(len(marks) <= 1 for marks in marked)
    return f"{sizes[0]} and {sizes[1]} do not fit" if single and len(sizes) == 2 else ""


def _pairs(code: str, finding: Mapping[str, Any], operands: Sequence[Operand]) -> list[tuple[Position, Position]]:
    """The sizes that should agree, as (operand, dimension) twice."""
    shapes = [operand.get("shape") or [] for operand in operands]
    if len(shapes) < 2 or not shapes[0] or not shapes[1]:
        return []
    op = str((finding.get("location") or {}).get("op"))
    if code == "SHP701":
        return _inner_pairs(op, shapes)
    if code == "SHP702":
        return _channel_pairs(op, shapes)
    if code == "SHP705":
        return _concatenated_pairs(finding, shapes)
    return _broadcast_pairs(shapes) if code in ("SHP706", "SHP707") else []


def _inner_pairs(op: str, shapes: Shapes) -> list[tuple[Position, Position]]:
    """The inner sizes of a product; a linear layer's weight is (out, in), and addmm has the sum's term before them."""
    left = 1 if re.fullmatch(r"aten::(addmm|baddbmm|addbmm|addmv)_?", op) and len(shapes) > 2 else 0
    dimension = -1 if op.endswith("linear") or len(shapes[left + 1]) < 2 else -2
    return [((left, -1), (left + 1, dimension))] if shapes[left] and shapes[left + 1] else []


def _channel_pairs(op: str, shapes: Shapes) -> list[tuple[Position, Position]]:
    channel = 1 if len(shapes[0]) == len(shapes[1]) else 0
    expected = 0 if "transpose" in op else 1
    return [((0, channel), (1, expected))] if min(len(shapes[0]), len(shapes[1])) > 1 else []


def _concatenated_pairs(finding: Mapping[str, Any], shapes: Shapes) -> list[tuple[Position, Position]]:
    """Every size but that along which they are joined, which torch's message names."""
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        return []
    said = " ".join(str(part) for part in (finding.get("message"), *(finding.get("chain") or [])))
    told = re.search(r"except in dimension (\d+)", said)
    differ = [i for i in range(rank) if len({shape[i] for shape in shapes}) > 1]
    misfit = [i for i in differ if i != int(told[1])] if told else differ if len(differ) == 1 else []
    return [((0, i), (n, i)) for i in misfit for n in range(1, len(shapes))]


def _broadcast_pairs(shapes: Shapes) -> list[tuple[Position, Position]]:
    first, second = shapes[:2]
    shared = range(-1, -min(len(first), len(second)) - 1, -1)
    return [((0, i), (1, i)) for i in shared if first[i] != 1 and second[i] != 1]


def cells(operand: Operand) -> list[str]:
    """An operand's role, its name, its shape, and in words its type, its device and what gradient it carries."""
    kind = safe(operand.get("dtype") or "", 20)
    device = operand.get("device") or "cpu"
    grows = "no gradient" if operand.get("requires_grad") is False else ""
    if operand.get("requires_grad"):
        grows = f"from {safe(operand['grad_fn'], 60)}" if operand.get("grad_fn") else "wants a gradient"
    return [
        safe(operand.get("role") or "", 24),
        safe(operand.get("name") or "", 40),
        shape_text(operand.get("shape")),
        ", ".join(filter(None, [kind, "" if device in ("cpu", "meta") else safe(device, 20), grows])),
    ]


def shape_text(shape: Sequence[int] | None) -> str:
    """`[2, 10]`, as torch writes a shape; cut after twelve dimensions."""
    if shape is None:
        return ""
    return "[" + ", ".join(str(size) for size in shape[:12]) + (", …]" if len(shape) > 12 else "]")


def _carets(shape: Sequence[int], marks: frozenset[int]) -> str:
    return " " + "  ".join(("^" if i in marks else " ") * len(str(size)) for i, size in enumerate(shape)).rstrip()
