"""The expression in the user's line that stands for an operand of an operation."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.parsing import OPERATORS, operands, span, statement
from whygrad.engine.wording.rewriting import FUNCTIONAL

FIRST = ("self", "input")
"""What the first argument is called besides."""

_IN_A_ROW = ("einsum", "broadcast_tensors")
"""Operations whose list of tensors is written as arguments of a call."""

_LONGEST = 40


def written(observation: Observation, node: Node, role: str) -> ast.expr | None:
    """The expression in that role of a node; None where its place in the line is not plain."""
    line = statement(observation.source(node.id))
    found = [operand for part in ast.walk(line) for operand in _operands(observation, node, part, role)]
    return found[0] if len(found) == 1 else None


def handed(observation: Observation, node: Node, role: str) -> ast.expr | None:
    """The same, also where the line gives it to a layer of torch's that the node is of: `y` of `self.loss(x, y)`."""
    alone = written(observation, node, role)
    return alone if alone is not None else _fed(observation, node, role)


def call_of(observation: Observation, node: Node) -> tuple[ast.Call, ast.expr] | None:
    """The only call in the line that is the operation of a node, and its first operand."""
    calls = [n for n in ast.walk(statement(observation.source(node.id))) if isinstance(n, ast.Call)]
    found = [(call, given) for call in calls for given in _operands(observation, node, call, node.arguments[0].name)]
    return found[0] if len(found) == 1 else None


def spelt(observation: Observation, node: Node, role: str) -> str | None:
    """How the line spells the operand in that role, where that is short: `e.sum(-1)`, `parts[0]`."""
    source = observation.source(node.id)
    name, _, place = role.partition("[")
    alone, listed = written(observation, node, role), written(observation, node, name) if place else None
    found = alone if alone is not None else listed if isinstance(listed, ast.Name) else _fed(observation, node, role)
    if source is None or found is None:
        return None
    text = source[slice(*span(source, found))] + (f"[{place}" if found is listed else "")
    return text if len(text) <= _LONGEST else None


def _fed(observation: Observation, node: Node, role: str) -> ast.expr | None:
    """What the line gives to the layer that a node of torch's own code belongs to; an attention is given several."""
    layer, place = node.module.rpartition(".")[2], 0 if role in FIRST else 1 if role == "target" else None
    if place is None or not layer or not observation.in_library(node.id):
        return None
    calls = [n for n in ast.walk(statement(observation.source(node.id))) if isinstance(n, ast.Call)]
    own = [n.args for n in calls if _is_attribute(n.func, layer) and len(n.args) > place]
    attends = (observation.modules.get(node.module) or "").endswith("MultiheadAttention")
    several = attends and len({ast.unparse(given) for args in own for given in args}) > 1
    return own[0][place] if len(own) == 1 and not several else None


def _is_attribute(called: ast.expr, name: str) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == name


def _operands(observation: Observation, node: Node, spelt: ast.AST, role: str) -> Iterator[ast.expr]:
    """The expression in that role, if what is written there is the operation of the node."""
    name, _, rest = role.partition("[")
    places = [a.name for a in node.arguments]
    if name not in places or (observation.in_library(node.id) and _calls_own(spelt)):
        return
    found = _argument(spelt, _names(observation, node), name, places.index(name))
    inner = rest.rstrip("]")
    if not inner:
        yield from [found] if found is not None else []
    elif isinstance(found, ast.List | ast.Tuple) and inner.isdigit() and int(inner) < len(found.elts):
        yield found.elts[int(inner)]
    elif isinstance(spelt, ast.Call) and found is not None and node.bare_name in _IN_A_ROW and inner.isdigit():
        yield from spelt.args[places.index(name) + int(inner) :][:1]


def _calls_own(spelt: ast.AST) -> bool:
    """Whether something is called that is no function of torch, so that what it is called on is no operand: a layer."""
    called = spelt.func if isinstance(spelt, ast.Call) else None
    return isinstance(called, ast.Attribute) and ast.unparse(called.value) not in FUNCTIONAL


def _names(observation: Observation, node: Node) -> Collection[str]:
    """What the operation can be called in the line: by its own name, or by that of torch's function around it."""
    bare = node.bare_name
    return {node.name, bare, *(f.function for f in observation.stack(node.id) if f.library)}


def _argument(spelt: ast.AST, names: Collection[str], name: str, place: int) -> ast.expr | None:
    match spelt:
        case ast.Call():
            return _of_call(spelt, names, name, place)
        case ast.BinOp() | ast.Compare():
            sides = next((pair for each in names if (pair := operands(spelt, each))), ())
            return sides[place] if place < len(sides) else None
        case ast.AugAssign() if any(isinstance(spelt.op, OPERATORS[each]) for each in names if each in OPERATORS):
            return (spelt.target, spelt.value)[place] if place < 2 else None
        case ast.Subscript() if "index" in names and name == "indices":
            return spelt.slice if isinstance(spelt.slice, ast.Tuple) else ast.List([spelt.slice])
        case ast.Assign() if "copy" in names and place == 1 and isinstance(spelt.targets[0], ast.Subscript):
            return spelt.value
    return None


def _of_call(call: ast.Call, names: Collection[str], name: str, place: int) -> ast.expr | None:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if called not in names:
        return None
    keywords = (name, *FIRST) if place == 0 else (name,)
    by_name = next((k.value for k in call.keywords if k.arg in keywords), None)
    if by_name is not None:
        return by_name
    given = list(call.args)
    if owner is not None and ast.unparse(owner) not in FUNCTIONAL:
        given = [owner, *given]
    return given[place] if place < len(given) and not any(isinstance(g, ast.Starred) for g in given) else None
