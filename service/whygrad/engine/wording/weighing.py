"""The user's line that writes what was computed of chosen samples, with their probability as its weight."""

from __future__ import annotations

import ast
import re

from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.parsing import bracketed, span, statement
from whygrad.engine.wording.rewriting import replaced
from whygrad.engine.wording.written import spelt, written


def weighed(
    observation: Observation, choice: Node, compared: Node | None, put: Node | None, *, settled: bool
) -> tuple[str | None, str | None]:
    """`out[m] = f(x[m])` before, and after with the share that the scores give to what was compared with the choice.

    `settled` is whether the scores are shares already. It is only shown where all is in one function.
    """
    if compared is None or put is None or not choice.calls == compared.calls == put.calls:
        return "", None
    source, which = observation.source(put.id), spelt(observation, compared, "other")
    scores, assigned = _scores(observation, choice, put), _assigned(source)
    if source is None or which is None or scores is None or assigned is None:
        return "", None
    target, given = assigned
    shares = bracketed(scores) if settled else f"torch.softmax({scores}, dim=-1)"
    mask, inner = source[slice(*span(source, target.slice))], bracketed(source[slice(*span(source, given))])
    along = ".unsqueeze(-1)" * _behind(observation, put)
    return source, replaced(source, given, f"{shares}[..., {which}][{mask}]{along} * {inner}")


def _scores(observation: Observation, choice: Node, put: Node) -> str | None:
    """How the line spells what the choice is made of; None where its names have come to mean something else."""
    source, found = observation.source(choice.id), written(observation, choice, "self")
    names = {n.id for n in ast.walk(found) if isinstance(n, ast.Name)} if found is not None else set()
    if source is None or found is None or any(_assigned_anew(observation, name, choice, put) for name in names):
        return None
    return source[slice(*span(source, found))]


def _assigned_anew(observation: Observation, name: str, choice: Node, put: Node) -> bool:
    """Whether a name stands for something else where the result is written than where the choice is made.

    A program that was saved tells what is assigned anew by a number: `x`, `x0`, `x1`.
    """
    known = {a.value for n in observation.nodes[: choice.id + 1] for a in n.arguments}
    between = [n for n in observation.nodes[choice.id + 1 : put.id + 1] if n.calls == choice.calls]
    read = [a for n in between for a in n.arguments if re.fullmatch(rf"{name}\d*", a.variable)]
    return any(a.value not in known for a in read)


def _assigned(source: str | None) -> tuple[ast.Subscript, ast.expr] | None:
    """What a line writes under a mask that has a name, and what is written there."""
    for node in ast.walk(statement(source)):
        if isinstance(node, ast.Assign | ast.AugAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name):
                return target, _added(target, node.value)
    return None


def _added(target: ast.Subscript, given: ast.expr) -> ast.expr:
    """What is added to what stands there: `f(x)` of `out[m] = out[m] + f(x)`."""
    if not isinstance(given, ast.BinOp) or not isinstance(given.op, ast.Add):
        return given
    return given.left if _alike(given.right, target) else given.right if _alike(given.left, target) else given


def _alike(one: ast.expr, other: ast.expr) -> bool:
    return ast.unparse(one) == ast.unparse(other)


def _behind(observation: Observation, put: Node) -> int:
    """How many axes of what is written stand behind those of the mask."""
    event = next(e for e in observation.first.events if e.node == put.id)
    whole, mask = event.input("self"), event.input("indices[0]")
    return len(whole.shape) - len(mask.shape) if whole is not None and mask is not None else 0
