"""The user's own line with a hard operation made soft, or one that steps in the forward alone."""

from __future__ import annotations

import ast

from whygrad.engine.wording.parsing import bracketed, span, statement
from whygrad.engine.wording.rewriting import both_sides, operand_in

_NAMED = (ast.Name, ast.Attribute)
_CASTS = frozenset({"float", "double", "half", "to", "type", "type_as"})
_SOFT = "soft"
"""What an expression is called that has to be written twice."""


def straight_through(source: str | None, operation: str) -> str | None:
    """The line where the only call of an operation steps in the forward alone."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and operand_in(n, operation)]
    if source is None or len(calls) != 1 or (found := operand_in(calls[0], operation)) is None:
        return None
    text, given = _text(source, calls[0]), _text(source, found[0])
    name = given if isinstance(found[0], _NAMED) else _SOFT
    start = span(source, found[0])[0] - span(source, calls[0])[0]
    hard = text[:start] + name + text[start + len(given) :]
    return _with(source, calls[0], f"{name} + ({hard} - {name}).detach()", None if name == given else given)


def smoothed(source: str | None, operation: str, *, share: bool) -> str | None:
    """The line with a share in place of its only comparison: a sigmoid of the difference, or what is a share itself."""
    found = _comparison(source, operation)
    if source is None or found is None:
        return None
    soft, chosen = _soft(source, found, operation, share=share), _chosen(source, found)
    if chosen is None:
        return _with(source, _cast(source, found) or found, soft)
    part, this, that = chosen
    if (this, that) == ("1", "0"):
        return _with(source, part, soft)
    name = soft if soft.isidentifier() else _SOFT
    return _with(source, part, f"{name} * {this} + (1 - {name}) * {that}", None if name == soft else soft)


def estimated(source: str | None, operation: str, *, share: bool) -> str | None:
    """The line whose only comparison, made a number, is hard in the forward and has the gradient of its share."""
    found = _comparison(source, operation)
    cast = _cast(source, found) if source is not None and found is not None else None
    if source is None or found is None or cast is None:
        return None
    soft = _soft(source, found, operation, share=share)
    name = soft if soft.isidentifier() else _SOFT
    return _with(source, cast, f"{_text(source, cast)} + {name} - {name}.detach()", None if name == soft else soft)


def _comparison(source: str | None, operation: str) -> ast.Compare | None:
    nodes = ast.walk(statement(source))
    found = [n for n in nodes if isinstance(n, ast.Compare) and both_sides(n, operation)]
    return found[0] if len(found) == 1 and operation in ("gt", "ge", "lt", "le") else None


def _soft(source: str, found: ast.Compare, operation: str, *, share: bool) -> str:
    """How much a comparison holds, between 0 and 1."""
    pair = _text(source, found.left), _text(source, found.comparators[0])
    larger, smaller = pair if operation in ("gt", "ge") else pair[::-1]
    if share:
        return larger if operation in ("gt", "ge") else f"1 - {bracketed(smaller)}"
    return f"torch.sigmoid({larger if smaller in ('0', '0.0') else f'{larger} - {bracketed(smaller)}'})"


def _cast(source: str, found: ast.Compare) -> ast.Call | None:
    """The call that makes a number of a comparison: `(p > 0.5).float()`."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    own = [
        c for c in calls if isinstance(c.func, ast.Attribute) and _same(c.func.value, found) and c.func.attr in _CASTS
    ]
    return own[0] if own else None


def _chosen(source: str, found: ast.Compare) -> tuple[ast.Call, str, str] | None:
    """The `where` that chooses by a comparison, and what it chooses between."""
    for call in ast.walk(statement(source)):
        own = isinstance(call, ast.Call) and len(call.args) == 3 and ast.unparse(call.func) == "torch.where"
        if isinstance(call, ast.Call) and own and _same(call.args[0], found):
            this, that = (_text(source, each) for each in call.args[1:])
            return call, _one(this), _one(that)
    return None


def _one(text: str) -> str:
    """`1` and `0` for a tensor or number that is all so; else the text, in brackets where that is needed."""
    for number, name in (("1", "torch.ones_like("), ("0", "torch.zeros_like(")):
        if text in (number, f"{number}.0") or (text.startswith(name) and text.count("(") == 1):
            return number
    return bracketed(text) or text


def _same(one: ast.expr, other: ast.expr) -> bool:
    return (one.col_offset, one.end_col_offset) == (other.col_offset, other.end_col_offset)


def _text(source: str, part: ast.expr) -> str:
    return source[slice(*span(source, part))]


def _with(source: str, part: ast.expr, text: str, soft: str | None = None) -> str | None:
    """The line with a text in place of an expression; before it the line that names what the text reads twice."""
    line = statement(source)
    first = line.body[0] if isinstance(line, ast.Module) and len(line.body) == 1 else None
    names = {n.id for n in ast.walk(line) if isinstance(n, ast.Name)}
    if soft is not None and (not isinstance(first, ast.Assign | ast.Return | ast.AugAssign) or _SOFT in names):
        return None
    start, end = span(source, part)
    if source[start - 1 : start] == "(" and source[end : end + 1] == ")" and not _of_a_call(source, start):
        start, end = start - 1, end + 1
    inner = text if _stands_alone(line, part) else bracketed(text)
    changed = f"{source[:start]}{inner}{source[end:]}" if inner else None
    return f"{_SOFT} = {soft}\n{changed}" if changed and soft is not None else changed


def _of_a_call(source: str, start: int) -> bool:
    """Whether the bracket before a place is that of a call or an index."""
    before = source[: start - 1].rstrip()
    return bool(before) and (before[-1].isalnum() or before[-1] in "_])")


def _stands_alone(line: ast.AST, part: ast.expr) -> bool:
    """Whether an expression is the whole of what is assigned, returned or given to a call."""
    wholes: list[ast.expr | None] = []
    for around in ast.walk(line):
        if isinstance(around, ast.Assign | ast.Return | ast.AugAssign | ast.keyword):
            wholes.append(around.value)
        elif isinstance(around, ast.Call):
            wholes += around.args
    return any(whole is not None and _same(whole, part) for whole in wholes)
