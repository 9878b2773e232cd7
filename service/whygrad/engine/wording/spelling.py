"""How the user spelt an operand of an operation in their line, and the line with something put behind it there."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.origins import variable
from whygrad.engine.wording.parsing import bracketed, operands, span, statement
from whygrad.engine.wording.rewriting import ARGUMENTS, applied, fed, operand_of, replaced, rewritten, suffixed
from whygrad.engine.wording.written import FIRST, call_of, written


def with_behind(observation: Observation, node: Node, role: str, suffix: str) -> str | None:
    """The user's line with `.float()`, or the like, behind an operand of a node; None where its place is not plain."""
    source = observation.source(node.id)
    exact = written(observation, node, role)
    if exact is not None:
        return suffixed(source, exact, suffix) if _read(exact) else None
    name = variable(observation, node, role)
    layer = node.module.rpartition(".")[2]
    handed = fed(source, layer, suffix) if role in FIRST and observation.in_library(node.id) else None
    return handed or applied(source, name, suffix) or operand_of(source, name, suffix)


def behind_each(observation: Observation, node: Node, roles: Sequence[str], suffix: str) -> str | None:
    """The line with the same behind several operands of a node; None where the place of one is not plain."""
    source = observation.source(node.id)
    if len(roles) == 1 or source is None:
        return with_behind(observation, node, roles[0], suffix)
    found = [exact for role in roles if (exact := written(observation, node, role)) is not None]
    line: str | None = source
    for exact in sorted(found, key=lambda e: e.col_offset, reverse=True):
        line = suffixed(line, exact, suffix)
    return line if len(found) == len(roles) and all(map(_read, found)) else None


def _read(operand: ast.expr) -> bool:
    """Whether it stands where it is only read: the target of `a += b` is written too."""
    return not isinstance(getattr(operand, "ctx", None), ast.Store)


def _applied(observation: Observation, node: Node) -> tuple[str, ast.Call, ast.expr, str] | None:
    """The user's line, the call in it that is an operation, and its operand, also as it is written there."""
    source, found = observation.source(node.id), call_of(observation, node)
    if source is None or found is None:
        return None
    call, operand = found
    return source, call, operand, source[slice(*span(source, operand))]


def called_instead(observation: Observation, node: Node, function: str) -> str | None:
    """The user's line with another function of its operand alone: `s.sigmoid()` in place of `s.softmax(1)`."""
    applied = _applied(observation, node)
    if applied is None:
        return None
    source, call, operand, text = applied
    method = isinstance(call.func, ast.Attribute) and call.func.value is operand
    return replaced(source, call, f"{bracketed(text)}.{function}()" if method else f"torch.{function}({text})")


def method_instead(observation: Observation, node: Node, call: str) -> str | None:
    """The user's line with another method, `.permute(1, 0)`, or none, of its first operand in place of an operation."""
    applied = _applied(observation, node)
    if applied is None:
        return None
    source, whole, _, text = applied
    given = bracketed(text) if call else text
    return replaced(source, whole, f"{given}{call}") if given else None


def leaky(observation: Observation, node: Node) -> str | None:
    """The user's line with `leaky_relu` of its operand alone in place of another function of torch's."""
    applied = _applied(observation, node)
    if applied is None:
        return None
    source, call, operand, text = applied
    if not isinstance(call.func, ast.Attribute) or call.func.value is operand:
        return None
    owner = ast.unparse(call.func.value)
    functions = f"{owner}.nn.functional" if owner in ("torch", "th") else owner
    writes = ", inplace=True" if node.writes else ""
    return replaced(source, call, f"{functions}.leaky_relu({text}{writes})")


def given_instead(observation: Observation, node: Node, argument: str, value: float) -> str | None:
    """The user's line with another number in place of what an operation is given there."""
    source, given = observation.source(node.id), written(observation, node, argument)
    return replaced(source, given, str(value)) if source is not None and given is not None else None


def along_instead(observation: Observation, node: Node, dim: int) -> tuple[str | None, str | None]:
    """The user's line with another dimension for a softmax, or, where a layer holds that, the layer: before and after.

    The line itself, which is known already, is None before.
    """
    after, kind = given_instead(observation, node, "dim", dim), observation.modules.get(node.module)
    given = node.literal("dim")
    if after is None and kind in ("Softmax", "LogSoftmax") and isinstance(given, int):
        return f"nn.{kind}(dim={given})", f"nn.{kind}(dim={dim})"
    return None, after


def subscripted(observation: Observation, node: Node, index: str) -> str | None:
    """The line with another index where the operation indexes a tensor; None where that is not plain."""
    line = observation.place(node.id)
    source = line.source if line is not None else None
    found = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Subscript)]
    if source is not None and line is not None:
        found = [n for n in found if span(source, n)[0] == line.offset]
    return replaced(source, found[0].slice, index) if source is not None and len(found) == 1 else None


def without_summand(observation: Observation, node: Node, kept: str) -> str | None:
    """The line with one operand of its only sum, or difference, alone: `a + b` is `a`; "" of a line `a += b`."""
    source = observation.source(node.id)
    body = statement(source)
    sums = [n for n in ast.walk(body) if isinstance(n, ast.BinOp)]
    found = [(n, sides) for n in sums if (sides := operands(n, node.bare_name)) is not None]
    if kept == "self" and not found and len(body.body) == 1 and isinstance(body.body[0], ast.AugAssign):
        return ""
    if source is None or len(found) != 1:
        return None
    both, (first, second) = found[0]
    return replaced(source, both, source[slice(*span(source, first if kept == "self" else second))])


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


def batch_kept(observation: Observation, node: Node) -> str | None:
    """The user's line with the samples kept where it lays them out: `x.flatten(1)`, `torch.flatten(x, 1)`."""
    source, found = observation.source(node.id), call_of(observation, node)
    if source is not None and found is not None and found[1] in found[0].args:
        return replaced(source, found[0], f"torch.flatten({source[slice(*span(source, found[1]))]}, 1)")
    by_function = re.search(r"\b(?:torch|th)\.(?:reshape|flatten)\(", source or "")
    method = rf"\.(view|reshape|flatten)\({ARGUMENTS}\)"
    return None if by_function else rewritten(observation.place(node.id), method, ".flatten(1)")


def in_code(name: str | None, suffix: str) -> str:
    """`: x.float()`, to stand behind words that say as much; nothing where the operand has no name that is code."""
    owner = bracketed(name) if name else None
    return f": {owner}{suffix}" if owner else ""


def cloned_first(source: str | None) -> str | None:
    """A write into a part of a tensor, `p[mask] = 0.0`, with a line before it that makes the tensor a copy."""
    line = statement(source)
    part = _part_written(line.body[0]) if len(line.body) == 1 else None
    owner = part.value if isinstance(part, ast.Subscript) else None
    if source is None or not isinstance(owner, ast.Name | ast.Attribute):
        return None
    name = ast.unparse(owner)
    return f"{name} = {name}.clone()\n{source}"


def _part_written(line: ast.stmt) -> ast.expr | None:
    """What a line assigns to or writes into with a call: `p[0]` of `p[0] = 1`, `p[0] += 1` and `p[0].exp_()`."""
    if isinstance(line, ast.Assign):
        return line.targets[0] if len(line.targets) == 1 else None
    if isinstance(line, ast.AugAssign):
        return line.target
    called = line.value if isinstance(line, ast.Expr) else None
    while isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr.endswith("_"):
        called = called.func.value
    return called
