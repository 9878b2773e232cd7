"""The user's lines in which something is counted, with another size counted up to, and laid along another dimension."""

from __future__ import annotations

import ast

from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.rewriting import replaced


def size_beside(observation: Observation, read: Node, place: int, reader: Node) -> str | None:
    """How to write at a node another size of what one was read off: `T` of `B, T = x.shape`, else `x.size(1)`."""
    taken_apart = read.op in ("prim::ListUnpack", "aten::__getitem__")
    whole = observation.givers.get(read.arguments[0].value, read) if taken_apart else read
    if _function(observation, whole) != _function(observation, reader):
        return None
    line = statement(observation.source(whole.id))
    names = _unpacked(line) if read.op == "prim::ListUnpack" else []
    if place < len(names) and names[place] != "_":
        return names[place]
    sizes = {size for node in ast.walk(line) if (size := _measured(node, place)) is not None}
    return sizes.pop() if len(sizes) == 1 else None


def _function(observation: Observation, node: Node) -> tuple[str, str, str] | None:
    """The function of the user's that a node stands in."""
    place = observation.place(node.id)
    return (place.file, place.function, node.module) if place is not None else None


def _unpacked(line: ast.Module) -> list[str]:
    """The names that a line gives to the sizes of a tensor."""
    assigned = line.body[0] if len(line.body) == 1 else None
    targets = assigned.targets[0] if isinstance(assigned, ast.Assign) else None
    names = targets.elts if isinstance(targets, ast.Tuple | ast.List) else []
    return [name.id if isinstance(name, ast.Name) else "_" for name in names]


def _measured(node: ast.AST, place: int) -> str | None:
    """How to write a size of what an expression reads one of: `x.size(1)` for `x.size(0)`, and for `len(x)`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1:
        return f"{ast.unparse(node.args[0])}.size({place})"
    if isinstance(node, ast.Attribute) and node.attr in ("size", "shape"):
        return ast.unparse(node) + (f"({place})" if node.attr == "size" else f"[{place}]")
    return None


def counted_up_to(line: str | None, operation: str, size: str | None) -> str | None:
    """The line with another end of the only numbers that it counts, or slice that ends at a size."""
    ends = [end for node in ast.walk(statement(line)) if (end := _end(node, operation)) is not None]
    return replaced(line, ends[0], size) if line is not None and size is not None and len(ends) == 1 else None


def _end(node: ast.AST, operation: str) -> ast.expr | None:
    """What a call of `arange`, or a slice, ends at."""
    if operation == "slice":
        end = node.upper if isinstance(node, ast.Slice) else None
        return None if isinstance(end, ast.Constant) else end
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != operation:
        return None
    named = next((k.value for k in node.keywords if k.arg == "end"), None)
    return named or (node.args[min(len(node.args), 2) - 1] if node.args else None)


def sliced(line: str | None) -> str | None:
    """The line with all up to an index in place of the one entry there: `table[:, :n]` for `table[:, n]`."""
    found = [entry for node in ast.walk(statement(line)) for entry in _sizes_as_indices(node)]
    if line is None or len(found) != 1:
        return None
    return replaced(line, found[0], f":{line[slice(*span(line, found[0]))]}")


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "shape"


def _sizes_as_indices(node: ast.AST) -> list[ast.expr]:
    """The entries of an index that are the size of something."""
    if not isinstance(node, ast.Subscript) or _is_shape(node.value):
        return []
    entries = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return [each for each in entries if isinstance(each, ast.Name | ast.Call | ast.Subscript)]


def one_further_in(line: str | None, place: int) -> str | None:
    """The line with its only last axis of one put in before the axis that it stood behind."""
    if line is None:
        return None
    found = [change for node in ast.walk(statement(line)) if (change := _further_in(line, node, place)) is not None]
    return replaced(line, *found[0]) if len(found) == 1 else None


def _further_in(line: str, node: ast.AST, place: int) -> tuple[ast.expr, str] | None:
    """What to write for which part of `x.unsqueeze(2)`, or `x[:, :, None]`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "unsqueeze":
        last = [*node.args, *(k.value for k in node.keywords)][-1:]
        behind = place + 1 if place >= 0 else -1
        return (last[0], str(place)) if last and ast.unparse(last[0]) == str(behind) else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        *before, axis, last_entry = ["", *(line[slice(*span(line, each))] for each in node.slice.elts)]
        if last_entry == "None" and axis == ":":
            return node.slice, ", ".join([*filter(None, before), "None", ":"])
    return None


def turned(line: str | None) -> str | None:
    """The line with rows laid along the second dimension, not the first: `.unsqueeze(0)` for `.unsqueeze(1)`."""
    source = line or ""
    found = [changes for node in ast.walk(statement(line)) if (changes := _turning(source, node))]
    for part, text in reversed(found[0] if len(found) == 1 else []):
        source = replaced(source, part, text)
    return source if source != line else None


def _turning(source: str, node: ast.AST) -> list[tuple[ast.expr, str]]:
    """What to write for which parts of an expression that puts an axis of one behind the first, as they stand."""
    if isinstance(node, ast.Subscript):
        index = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        if len(index) < 2 or ast.unparse(index[1]) != "None":
            return []
        rows = source[slice(*span(source, index[0]))]
        return [(node.slice, "None" if rows in (":", "...") else f"None, {rows}")]
    given = [*node.args, *(k.value for k in node.keywords)] if isinstance(node, ast.Call) else []
    called = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
    if called == "unsqueeze" and given and ast.unparse(given[-1]) in ("1", "-1"):
        return [(given[-1], "0")]
    if called in ("view", "reshape") and len(given) == 2 and ast.unparse(given[1]) == "1":
        return [(given[0], "1"), (given[1], "-1")]
    return []
