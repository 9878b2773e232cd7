"""The user's lines where what they compose of several functions is one function of torch."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from whygrad.engine.facts import Frame
from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.parsing import bracketed, enclosed, operands, parsed, span, statement
from whygrad.engine.wording.rewriting import operand_in, replaced

Lines = tuple[str | None, str | None]
"""The lines before and after; None for the line of the finding, and for lines that cannot be shown."""


def in_one_call(
    observation: Observation, function: str, parts: Sequence[Node], dim: int | None = None, *, kept: bool = False
) -> Lines:
    """The lines of the parts of a function, in the order in which they run, with one call of it instead.

    What stands in lines of its own before the last is written into that, where nothing between changes its names;
    its own line goes, unless other operations read it. Both are `""` and None where that is not plain.
    """
    frames = [observation.place(part.id) for part in parts]
    places = list({(f.file, f.function, f.line): f for f in frames if f is not None and f.source}.values())
    if None in frames or not places:
        return "", None
    last, named = places[-1], dict[str, str]()
    for frame in places[:-1]:
        given = _given_a_name(frame, last, named)
        if given is None:
            return "", None
        named |= given
    gone = [frame for frame in places[:-1] if not _read_elsewhere(observation, parts, frame)]
    if any("self." in text for text in named.values()) and len(gone) < len(places) - 1:
        return "", None
    after = _called(last.source or "", function, named, dim, kept=kept)
    if after is None:
        return "", None
    return "\n".join([*((f.source or "") for f in gone), last.source or ""]), "\n" * len(gone) + after


def _given_a_name(frame: Frame, last: Frame, named: Mapping[str, str]) -> dict[str, str] | None:
    """The name that a line gives to an expression, and that; None where it may stand for another in the last line."""
    source = frame.source or ""
    tree = statement(source)
    made = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(made, ast.Assign) or len(made.targets) != 1 or not isinstance(made.targets[0], ast.Name):
        return None
    name, names = made.targets[0].id, {n.id for n in ast.walk(made.value) if isinstance(n, ast.Name)}
    given = bracketed(_filled(source[slice(*span(source, made.value))], named))
    changed = any(_writes(text, {*names, name}) for text in _between(frame, last))
    return {name: given} if given and name not in names and not changed and _stands(frame, last) else None


def _filled(text: str, named: Mapping[str, str]) -> str:
    """An expression with what names were given in place of them."""
    tree = parsed(text)
    read = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in named] if tree is not None else []
    for name in sorted(read, key=lambda n: -n.col_offset):
        text = replaced(text, name, named[name.id])
    return text


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _stands(first: Frame, last: Frame) -> bool:
    """Whether one line stands before another in the same function, in the same block and in sight."""
    indents = {(f.column or 0) - (f.offset or 0) for f in (first, last)}
    seen = [number for number, _ in (*first.context, *last.context)] + [first.line, last.line]
    near = (first.file, first.function) == (last.file, last.function) and len(indents) == 1
    return (
        near
        and first.line < last.line
        and last.line - first.line <= 1 + sum(first.line < n < last.line for n in set(seen))
    )


def _between(first: Frame, last: Frame) -> list[str]:
    lines = dict((*first.context, *last.context))
    return [text.strip() for number, text in lines.items() if first.line < number < last.line]


def _writes(line: str, names: set[str]) -> bool:
    """Whether a line may give one of the names another value: it assigns or writes to it, or is no plain one."""
    tree = statement(line)
    if len(tree.body) != 1 or line.endswith(":"):
        return not line.startswith("#")
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not _is_read(n)}
    written = re.findall(r"(\w+)(?:\.data|\[[^\]]*\])?\.\w+_\(", line) + re.findall(r"^(\w+)\[[^=]*=[^=]", line)
    return bool(names & {*bound, *written})


def _read_elsewhere(observation: Observation, parts: Sequence[Node], frame: Frame) -> bool:
    """Whether an operation that is none of the parts reads what a line gives."""
    own = {part.id for part in parts}
    given = [p for p in parts if observation.place(p.id) == frame][-1].outputs
    return any(taker.id not in own for output in given for taker in observation.takers.get(output, ()))


def _called(line: str, function: str, named: Mapping[str, str], dim: int | None, *, kept: bool) -> str | None:
    """The line with a function in place of the only expression that is composed of its parts."""
    found = list[tuple[ast.expr, str]]()
    for part in ast.walk(statement(line)):
        text = _filled(line[slice(*span(line, part))], named) if isinstance(part, ast.Call | ast.BinOp) else ""
        whole = parsed(text)
        inner = _inner(whole, function, text) if whole is not None else None
        if inner is not None and isinstance(part, ast.expr):
            found.append((part, inner))
    if len(found) != 1:
        return None
    ((place, inner),) = found
    start, end = enclosed(line, place) if isinstance(place, ast.BinOp) else span(line, place)
    along = f", dim={dim}{', keepdim=True' if kept else ''}" if dim is not None else ""
    owner = "F" if function in ("logsigmoid", "softplus") else "torch"
    return f"{line[:start]}{owner}.{function}({inner}{along}){line[end:]}"


def _inner(node: ast.AST, function: str, line: str) -> str | None:
    """What a function is given, if an expression is composed as that function is."""
    match function:
        case "log_softmax":
            return _arguments(_of(node, "log"), "softmax", line)
        case "logsigmoid":
            left = _of(_less_than_one(_of(node, "log")), "sigmoid")
            return _arguments(_of(node, "log"), "sigmoid", line) or _negative(left, line)
        case "logsumexp":
            return _text(_of(_of(_of(node, "log"), "sum"), "exp"), line)
        case "softplus":
            return _text(_of(_of(node, "log1p") or _beside_one(_of(node, "log"), "add"), "exp"), line)
        case "sigmoid":
            return _negative(_of(_beside_one(_beside_one(node, "div"), "add"), "exp"), line)
        case "softmax":
            share, total = operands(node, "div") or (None, None)
            given, summed = _text(_of(share, "exp"), line), _text(_of(_of(total, "sum"), "exp"), line)
            return given if given == summed else None
    return None


def _of(node: ast.AST | None, operation: str) -> ast.expr | None:
    """What an operation is called on or given first, if an expression is such a call."""
    found = operand_in(node, operation) if isinstance(node, ast.Call) else None
    return found[0] if found is not None else None


def _beside_one(node: ast.AST | None, operation: str) -> ast.expr | None:
    """The other side, if an expression is an operator with a 1 on one; of a division that is what 1 is divided by."""
    sides = operands(node, operation) if node is not None else None
    ways = [] if sides is None else [sides] if operation == "div" else [sides, sides[::-1]]
    return next((other for one, other in ways if isinstance(one, ast.Constant) and one.value == 1), None)


def _less_than_one(node: ast.expr | None) -> ast.expr | None:
    """What is taken from 1, if an expression is such a difference."""
    sides = operands(node, "sub") if node is not None else None
    return sides[1] if sides and isinstance(sides[0], ast.Constant) and sides[0].value == 1 else None


def _text(node: ast.expr | None, line: str) -> str | None:
    return line[slice(*span(line, node))] if node is not None else None


def _negative(node: ast.expr | None, line: str) -> str | None:
    """The text of what an expression is the negative of."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _text(node.operand, line)
    inner = bracketed(_text(node, line) or "") if node is not None else None
    return f"-{inner}" if inner else None


def _arguments(node: ast.expr | None, operation: str, line: str) -> str | None:
    """All that a call is given, with what it is called on first: `z, 1` of `z.softmax(1)`."""
    given = _of(node, operation)
    if given is None or not isinstance(node, ast.Call):
        return None
    others = [a for a in node.args if a is not given]
    texts = [_text(a, line) or "" for a in (given, *others)]
    return ", ".join([*texts, *(f"{k.arg}={_text(k.value, line)}" for k in node.keywords)])
