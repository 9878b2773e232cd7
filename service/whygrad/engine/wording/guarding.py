"""The user's line where what one branch of a `where` is computed of is given a safe argument."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from whygrad.engine.facts import Frame
from whygrad.engine.observation import Node, Observation
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.rewriting import FUNCTIONAL, replaced

_PLACES = {"self": 1, "other": 2}
"""The arguments of a call of `where` by their roles."""


def guarded(
    observation: Observation, chooser: Node, role: str, reads: Sequence[tuple[int, str]], guard: Callable[[str], str]
) -> tuple[str, str] | None:
    """The line before and after in which every one of the reads is of a guarded name; None where that is not plain.

    A name that is read once is guarded where it stands, else under a name of its own in a line before.
    """
    frames = [observation.place(node) for node, _ in reads]
    names = {a.variable for node, role in reads if (a := observation.nodes[node].argument(role)) is not None}
    frame, place = frames[0] if _same_line(frames) else None, observation.place(chooser.id)
    if frame is None or not frame.source or len(names) != 1 or place is None or place.function != frame.function:
        return None
    (name,), line = names, frame.source
    part = _branch(line, role) if _on_line(place, frame) else _plain(line)
    found = [n for n in ast.walk(part) if isinstance(n, ast.Name) and n.id == name] if part is not None else []
    if len(found) != len(reads) or any(not isinstance(n.ctx, ast.Load) for n in found):
        return None
    return line, _with_guard(line, name, found, guard)


def _with_guard(line: str, name: str, found: Sequence[ast.Name], guard: Callable[[str], str]) -> str:
    if len(found) == 1:
        return replaced(line, found[0], guard(name))
    safe, changed = f"{name}_safe", line
    for one in sorted(found, key=lambda n: -span(line, n)[0]):
        changed = replaced(changed, one, safe)
    return f"{safe} = {guard(name)}\n{changed}"


def _same_line(frames: Sequence[Frame | None]) -> bool:
    return None not in frames and len({(f.file, f.function, f.line) for f in frames if f is not None}) == 1


def _on_line(place: Frame, frame: Frame) -> bool:
    return (place.file, place.line) == (frame.file, frame.line)


def _plain(line: str) -> ast.AST | None:
    """The only statement of a line, if it gives a name to something or returns it."""
    body = statement(line).body
    return body[0] if len(body) == 1 and isinstance(body[0], ast.Assign | ast.Return) else None


def _branch(line: str, role: str) -> ast.AST | None:
    """What stands as a branch in the only call of `where` of a line."""
    whole = _plain(line)
    calls = [n for n in ast.walk(whole) if isinstance(n, ast.Call)] if whole is not None else []
    own = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "where" and len(c.args) == 3]
    plain = [c for c in own if isinstance(c.func, ast.Attribute) and ast.unparse(c.func.value) in FUNCTIONAL]
    return plain[0].args[_PLACES[role]] if len(plain) == len(own) == 1 and role in _PLACES else None
