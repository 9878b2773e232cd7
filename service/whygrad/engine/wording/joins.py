"""The call in the user's line that joins tensors, and what it lists."""

from __future__ import annotations

import ast

from whygrad.engine.observation import Node
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.rewriting import given_too, replaced


def joined_along(source: str | None, node: Node, axis: int) -> str | None:
    """The user's line with its one join along another dimension, or along one at all."""
    joins = _joins(source, node)
    if source is None or len(joins) != 1:
        return None
    said = [*joins[0].args[1:2], *(k.value for k in joins[0].keywords if k.arg in ("dim", "axis"))]
    return replaced(source, said[0], str(axis)) if said else given_too(source, node.bare_name, f"dim={axis}")


def listed(source: str | None, node: Node, role: str) -> str | None:
    """The name of one of the joined, where the one join of the user's line lists it by its name."""
    joins, place = _joins(source, node), role.removeprefix("tensors[").removesuffix("]")
    among = joins[0].args[0] if len(joins) == 1 else None
    if not isinstance(among, ast.List | ast.Tuple) or not place.isdigit() or int(place) >= len(among.elts):
        return None
    given = among.elts[int(place)]
    return given.id if isinstance(given, ast.Name) else None


def _joins(source: str | None, node: Node) -> list[ast.Call]:
    """The calls in a line that join as a node does."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and n.args]
    return [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == node.bare_name]
