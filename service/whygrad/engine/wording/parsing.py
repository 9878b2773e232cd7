"""A line of a stranger read as Python: an expression, a statement, and where its parts stand."""

from __future__ import annotations

import ast


def span(source: str, node: ast.expr) -> tuple[int, int]:
    """Where an expression begins and ends in the line; ast counts bytes."""
    at = source.encode()
    return len(at[: node.col_offset].decode()), len(at[: node.end_col_offset or 0].decode())


def bracketed(expression: str) -> str | None:
    """An expression in brackets, unless nothing around it could tear it apart; None where it is not whole."""
    tree = parsed(expression)
    if tree is None:
        return None
    whole = isinstance(tree, ast.Name | ast.Attribute | ast.Subscript | ast.Call | ast.Constant)
    return expression if whole else f"({expression})"


def statement(source: str | None) -> ast.AST:
    """The line as a statement; an empty one where it is none that stands alone."""
    line = source or ""
    try:
        return ast.parse(f"{line} pass" if line.endswith(":") else line)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a stranger's line may be anything
        return ast.Module([], [])


def parsed(text: str) -> ast.expr | None:
    """An expression; None for anything else."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a stranger's line may be anything
        return None
