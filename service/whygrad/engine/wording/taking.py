"""The user's line with a tensor in place of the numbers that were taken out of it."""

from __future__ import annotations

import ast
import re

from whygrad.engine.facts import Frame
from whygrad.engine.wording.parsing import bracketed, span, statement
from whygrad.engine.wording.rewriting import replaced, rewritten

FOR_PYTHON = re.compile(
    r"(?<![\w.])((int|bool)\(.*\.(item|tolist)\(\)"
    r"|(max|min|round|divmod|math\.\w+)\(.*(\.(item|tolist)|(?<![\w.])float)\()"
)
"""A number is taken out of a tensor for a function of Python, which takes no tensor or need not give one."""


def untaken(line: Frame | None, *, every: bool = False) -> str | None:
    """The line with the tensor in place of its number: `float(x.mean().item())`, or `float(x.mean())`, is `x.mean()`.

    Of several the one at the operation whose place is given, unless every one is meant. None where the line says of
    what type the number is.
    """
    source = line.source if line is not None else None
    typed = any(isinstance(part, ast.AnnAssign) for part in statement(source).body)
    if typed or FOR_PYTHON.search(source or ""):
        return None
    plain = rewritten(line, r"\.(item|tolist)\(\)", "", every=every)
    return unwrapped(plain or source, "float") or plain


def unmade(source: str | None, taking: str) -> str | None:
    """The line with what a tensor was made of in its place: `torch.tensor(x.mean().item())` is `x.mean()`.

    `taking` is the pattern of what took the numbers out.
    """
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and n.args]
    made = [call for call in calls if re.fullmatch(r"(torch|th)\.(as_)?tensor", ast.unparse(call.func))]
    if source is None or len(made) != 1 or isinstance(made[0].args[0], ast.List | ast.Tuple):
        return None
    given = source[slice(*span(source, made[0].args[0]))]
    taken = re.sub(taking, "", given)
    kept = unwrapped(taken, "float") or taken
    inner = bracketed(kept) if kept != given and not FOR_PYTHON.search(source) else None
    return replaced(source, made[0], inner) if inner else None


def unwrapped(source: str | None, function: str) -> str | None:
    """The line without its calls of a function of one argument: `t = float(x.exp())` is `t = x.exp()`.

    A call with a constant stays: `float("inf")` is a number that no tensor gives.
    """
    changed = source
    while (call := _outermost(changed, function)) is not None and changed is not None:
        if len(call.args) != 1 or call.keywords:
            return None
        (start, end), inner = span(changed, call), bracketed(changed[slice(*span(changed, call.args[0]))])
        if inner is None:
            return None
        changed = changed[:start] + inner + changed[end:]
    return changed if changed != source else None


def _outermost(source: str | None, function: str) -> ast.Call | None:
    """The first call of a function of something that has to be computed, in no other such call."""
    calls = (n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and ast.unparse(n.func) == function)
    return next((call for call in calls if not all(isinstance(a, ast.Constant) for a in call.args)), None)
