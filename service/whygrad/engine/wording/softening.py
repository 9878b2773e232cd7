"""The user's own line with a hard operation made soft, or one that steps in the forward alone."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from whygrad.engine.edits import Edit, Replace, Wrap
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operations import CASTS, INDICES
from whygrad.engine.wording.parsing import bracketed, enclosed, parsed, span, statement
from whygrad.engine.wording.rewriting import both_sides, operand_in
from whygrad.engine.wording.scopes import words

_NAMED = (ast.Name, ast.Attribute)
_LIKE = {"torch.ones_like": "1", "torch.zeros_like": "0"}


def straight_through(observation: Observation, node: Node) -> str | None:
    """The line where a call of an operation steps in the forward alone: the only one, or the one at its place."""
    line, operation = observation.place(node.id), node.bare_name
    source = line.source if line is not None else None
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and operand_in(n, operation)]
    if source is not None and line is not None and len(calls) > 1:
        calls = [call for call in calls if span(source, call)[0] == line.offset]
    if source is None or len(calls) != 1 or (found := operand_in(calls[0], operation)) is None:
        return None
    text, given = _text(source, calls[0]), _text(source, found[0])
    name = given if isinstance(found[0], _NAMED) else _free(observation, node)
    start = span(source, found[0])[0] - span(source, calls[0])[0]
    hard = text[:start] + name + text[start + len(given) :]
    return _with(source, calls[0], f"{name} + ({hard} - {name}).detach()", {name: given})


def smoothed(observation: Observation, node: Node, *, share: bool) -> str | None:
    """The line with a share in place of its only comparison: a sigmoid of the difference, or what is a share itself."""
    source, operation = observation.source(node.id), node.bare_name
    found = _comparison(source, operation)
    if source is None or found is None:
        return None
    soft, chosen = _soft(source, found, operation, share=share), _chosen(source, found)
    if chosen is None:
        return _with(source, _cast(source, found) or found, soft)
    part, this, that = chosen
    if "0" in (this, that):
        return _with(source, part, _times(_rest(soft), that) if this == "0" else _times(soft, this))
    name = soft if soft.isidentifier() else _free(observation, node)
    return _with(source, part, f"{_times(name, this)} + {_times(_rest(name), that)}", {name: soft})


def estimated(observation: Observation, node: Node, *, share: bool) -> str | None:
    """The line whose only comparison, made a number, is hard in the forward and has the gradient of its share."""
    source, operation = observation.source(node.id), node.bare_name
    found = _comparison(source, operation)
    cast = _cast(source, found) if source is not None and found is not None else None
    if source is None or found is None or cast is None:
        return None
    soft = _soft(source, found, operation, share=share)
    name = soft if soft.isidentifier() else _free(observation, node)
    return _with(source, cast, f"{_text(source, cast)} + {name} - {name}.detach()", {name: soft})


def in_line(observation: Observation, node: Node, edits: Sequence[Edit]) -> bool:
    """Whether all that reads a comparison otherwise from now on stands in its line, and none of it as an index."""
    changed = {edit.node if isinstance(edit, Replace | Wrap) else node.id for edit in edits}
    if any(observation.nodes[number].argument(name) for number in changed for name in INDICES):
        return False
    places = [observation.place(number) for number in (node.id, *changed)]
    return len({(place.file, place.line) if place else None for place in places}) == 1


def _free(observation: Observation, node: Node) -> str:
    """What an expression is called that has to be written twice: `soft`, or more where that is in its function."""
    formals = observation.signature.formals if observation.signature is not None else ()
    held = words(observation, node.calls) | {formal.name for formal in formals}
    name = "soft"
    while name in held:
        name += "_"
    return name


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
        c for c in calls if isinstance(c.func, ast.Attribute) and _same(c.func.value, found) and c.func.attr in CASTS
    ]
    return own[0] if own else None


def _chosen(source: str, found: ast.Compare) -> tuple[ast.Call, str, str] | None:
    """The `where` that chooses by a comparison, and what it chooses between."""
    for call in ast.walk(statement(source)):
        own = isinstance(call, ast.Call) and len(call.args) == 3 and ast.unparse(call.func) == "torch.where"
        if isinstance(call, ast.Call) and own and _same(call.args[0], found):
            this, that = (_value(source, each, found) for each in call.args[1:])
            return call, this, that
    return None


def _value(source: str, chosen: ast.expr, found: ast.Compare) -> str:
    """`1` and `0` for a number, or a tensor like a side of the comparison, that is all so; else the text, bracketed."""
    text = _text(source, chosen)
    if isinstance(chosen, ast.Call) and len(chosen.args) == 1 and not chosen.keywords:
        sides = [ast.unparse(side) for side in (found.left, *found.comparators)]
        number = _LIKE.get(ast.unparse(chosen.func)) if ast.unparse(chosen.args[0]) in sides else None
        return number or text
    return text.removesuffix(".0") if text in ("1.0", "0.0") else bracketed(text) or text


def _times(share: str, value: str) -> str:
    return share if value == "1" else f"{bracketed(share)} * {value}"


def _rest(share: str) -> str:
    """What is left of a share: `1 - p` of `p`, and `p` of `1 - p`."""
    tree = parsed(share)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Sub) and ast.unparse(tree.left) == "1":
        return _text(share, tree.right)
    return f"1 - {bracketed(share)}"


def _same(one: ast.expr, other: ast.expr) -> bool:
    return (one.col_offset, one.end_col_offset) == (other.col_offset, other.end_col_offset)


def _text(source: str, part: ast.expr) -> str:
    return source[slice(*span(source, part))]


def _with(source: str, part: ast.expr, text: str, named: Mapping[str, str] | None = None) -> str | None:
    """The line with a text in place of an expression; before it the lines that name what the text reads twice."""
    line = statement(source)
    first = line.body[0] if len(line.body) == 1 else None
    before = "".join(f"{name} = {given}\n" for name, given in (named or {}).items() if name != given)
    if before and not isinstance(first, ast.Assign | ast.Return | ast.AugAssign):
        return None
    start, end = enclosed(source, part)
    inner = text if _stands_alone(line, part) else bracketed(text)
    return f"{before}{source[:start]}{inner}{source[end:]}" if inner else None


def _stands_alone(line: ast.AST, part: ast.expr) -> bool:
    """Whether an expression is the whole of what is assigned, returned or given to a call."""
    wholes: list[ast.expr | None] = []
    for around in ast.walk(line):
        if isinstance(around, ast.Assign | ast.Return | ast.AugAssign | ast.keyword):
            wholes.append(around.value)
        elif isinstance(around, ast.Call):
            wholes += around.args
    return any(whole is not None and _same(whole, part) for whole in wholes)
