"""How the user spelt an operand of an operation in their line, and the line with something put behind it there."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.origins import variable
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.rewriting import FUNCTIONAL, applied, fed, operand_of, replaced, suffixed

_OPERATORS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Add: ("add",), ast.Sub: ("sub",), ast.Mult: ("mul",), ast.Div: ("div", "true_divide"), ast.MatMult: ("matmul",),
    ast.Pow: ("pow",), ast.FloorDiv: ("floor_divide", "floordiv"), ast.Mod: ("remainder",), ast.BitAnd: ("__and__",),
    ast.BitOr: ("__or__",), ast.BitXor: ("__xor__",), ast.Eq: ("eq",), ast.NotEq: ("ne",), ast.Lt: ("lt",),
    ast.LtE: ("le",), ast.Gt: ("gt",), ast.GtE: ("ge",),
}  # fmt: skip
_FIRST = ("self", "input")


def with_behind(observation: Observation, node: Node, role: str, suffix: str) -> str | None:
    """The user's line with `.float()`, or the like, behind an operand of a node; None where its place is not plain."""
    source = observation.source(node.id)
    exact = [operand for call in ast.walk(statement(source)) for operand in _operands(observation, node, call, role)]
    if len(exact) == 1:
        return suffixed(source, exact[0], suffix)
    name = variable(observation, node, role)
    layer = node.module.rpartition(".")[2]
    handed = fed(source, layer, suffix) if role in _FIRST and observation.in_library(node.id) else None
    return handed or applied(source, name, suffix) or operand_of(source, name, suffix)


def in_keyword(source: str | None, ending: str, turn: str) -> str | None:
    """The line with axes swapped in the only argument whose keyword ends so; a swap that is there already goes."""
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call)]
    found = [k.value for call in calls for k in call.keywords if k.arg and k.arg.endswith(ending)]
    if source is None or len(found) != 1:
        return None
    (given,) = found
    owner = given.func.value if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) else None
    if owner is not None and ast.unparse(given).endswith((".t()", ".transpose(0, 1)", ".transpose(1, 0)")):
        return replaced(source, given, source[slice(*span(source, owner))])
    return suffixed(source, given, turn)


def cloned_first(source: str | None) -> str | None:
    """A write into a part of a tensor, `p[mask] = 0.0`, with a line before it that makes the tensor a copy."""
    line = statement(source)
    written = line.body[0] if isinstance(line, ast.Module) and len(line.body) == 1 else None
    targets = written.targets if isinstance(written, ast.Assign) else [getattr(written, "target", None)]
    owner = targets[0].value if len(targets) == 1 and isinstance(targets[0], ast.Subscript) else None
    if source is None or not isinstance(owner, ast.Name | ast.Attribute):
        return None
    name = ast.unparse(owner)
    return f"{name} = {name}.clone()\n{source}"


def _operands(observation: Observation, node: Node, written: ast.AST, role: str) -> Iterator[ast.expr]:
    """The expression in that role, if what is written there is the operation of the node."""
    name, _, rest = role.partition("[")
    places = [a.name for a in node.arguments]
    if name not in places:
        return
    found = _argument(written, _names(observation, node), name, places.index(name))
    inner = rest.rstrip("]")
    if not inner:
        yield from [found] if found is not None else []
    elif isinstance(found, ast.List | ast.Tuple) and inner.isdigit() and int(inner) < len(found.elts):
        yield found.elts[int(inner)]
    elif isinstance(written, ast.Call) and found is not None and node.bare_name == "einsum" and inner.isdigit():
        yield from written.args[places.index(name) + int(inner) :][:1]


def _names(observation: Observation, node: Node) -> Collection[str]:
    """What the operation can be called in the line: by its own name, or by that of torch's function around it."""
    bare = node.bare_name
    return {node.name, bare, *(f.function for f in observation.stack(node.id) if f.library)}


def _argument(written: ast.AST, names: Collection[str], name: str, place: int) -> ast.expr | None:
    match written:
        case ast.Call():
            return _of_call(written, names, name, place)
        case ast.BinOp() if set(_OPERATORS.get(type(written.op), ())) & set(names):
            return (written.left, written.right)[place] if place < 2 else None
        case ast.Compare() if len(written.ops) == 1 and set(_OPERATORS.get(type(written.ops[0]), ())) & set(names):
            return (written.left, written.comparators[0])[place] if place < 2 else None
        case ast.AugAssign() if set(_OPERATORS.get(type(written.op), ())) & set(names):
            return written.value if place == 1 else None
        case ast.Subscript() if "index" in names and name == "indices":
            return written.slice if isinstance(written.slice, ast.Tuple) else ast.List([written.slice])
        case ast.Assign() if "copy" in names and place == 1 and isinstance(written.targets[0], ast.Subscript):
            return written.value
    return None


def _of_call(call: ast.Call, names: Collection[str], name: str, place: int) -> ast.expr | None:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if called not in names:
        return None
    keywords = (name, *_FIRST) if place == 0 else (name,)
    by_name = next((k.value for k in call.keywords if k.arg in keywords), None)
    if by_name is not None:
        return by_name
    given = list(call.args)
    if owner is not None and ast.unparse(owner) not in FUNCTIONAL:
        given = [owner, *given]
    return given[place] if place < len(given) and not any(isinstance(g, ast.Starred) for g in given) else None
