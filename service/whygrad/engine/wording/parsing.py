"""A line of a stranger read as Python: an expression, a statement, and where its parts stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from keyword import iskeyword

OPERATORS: Mapping[str, type[ast.AST]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div, "true_divide": ast.Div, "matmul": ast.MatMult,
    "pow": ast.Pow, "floor_divide": ast.FloorDiv, "floordiv": ast.FloorDiv, "remainder": ast.Mod,
    "__and__": ast.BitAnd, "__or__": ast.BitOr, "__xor__": ast.BitXor,
    "eq": ast.Eq, "ne": ast.NotEq, "lt": ast.Lt, "le": ast.LtE, "gt": ast.Gt, "ge": ast.GtE,
}  # fmt: skip
"""How an operation of two operands is written between them."""


def operands(node: ast.AST, operation: str) -> tuple[ast.expr, ast.expr] | None:
    """What stands on the two sides, if a node is the operator of an operation."""
    wanted = OPERATORS.get(operation)
    if wanted and isinstance(node, ast.BinOp) and isinstance(node.op, wanted):
        return node.left, node.right
    if wanted and isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], wanted):
        return node.left, node.comparators[0]
    return None


def span(source: str, node: ast.expr | ast.keyword) -> tuple[int, int]:
    """Where an expression begins and ends in the line; ast counts bytes."""
    at = source.encode()
    return len(at[: node.col_offset].decode()), len(at[: node.end_col_offset or 0].decode())


def enclosed(source: str, node: ast.expr) -> tuple[int, int]:
    """Where an expression begins and ends in the line, with the brackets that stand around nothing else."""
    start, end = span(source, node)
    while source[start - 1 : start] == "(" and source[end : end + 1] == ")" and not _of_a_call(source[: start - 1]):
        start, end = start - 1, end + 1
    return start, end


def _of_a_call(before: str) -> bool:
    """Whether a bracket behind a text is that of a call: behind a name that is no word of Python."""
    name = re.search(r"(\w*|[\])}'\"])\s*$", before)
    return bool(name and name[1] and not iskeyword(name[1]))


def bracketed(expression: str) -> str | None:
    """An expression in brackets, unless nothing around it could tear it apart; None where it is not whole."""
    tree = parsed(expression)
    if tree is None:
        return None
    whole = isinstance(tree, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant)
    whole = whole or (tree.col_offset > 0 and enclosed(expression, tree) == (0, len(expression)))
    return expression if whole else f"({expression})"


def statement(source: str | None) -> ast.Module:
    """The line as a statement; an empty one where it is none that stands alone.

    It is read as one that is typed: of what is not whole in a file Python would look that file up, to quote it.
    """
    line = source or ""
    try:
        typed = ast.parse(f"{line} pass\n" if line.endswith(":") else line, mode="single")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a stranger's line may be anything
        return ast.Module([], [])
    return ast.Module(typed.body, [])


def parsed(text: str) -> ast.expr | None:
    """An expression; None for anything else."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a stranger's line may be anything
        return None
