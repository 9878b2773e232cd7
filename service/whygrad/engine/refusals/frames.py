"""Frames or crops in a dimension of their own, which a layer does not take: one batch of them while its module runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.edits import Copy, Edit, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands.convolutions import convolution
from whygrad.engine.operands.ranks import WrongRank
from whygrad.engine.wording.parsing import span, statement
from whygrad.engine.wording.phrases import sizes
from whygrad.engine.wording.rewriting import fed, suffixed


def in_one_batch(observation: Observation, reader: Node, event: Event, wrong: WrongRank) -> Iterator[Fix]:
    """The dimensions in front of the channels merged before a module and parted behind it, the outermost module first.

    Nothing where the operand does not have the channels of the convolution behind them.
    """
    found, shape, surplus = convolution(reader, event), wrong.operand.tensor.shape, wrong.given - wrong.most
    argument = reader.argument(wrong.operand.role)
    if found is None or argument is None or shape[surplus + 1 : surplus + 2] != (found.wanted,):
        return
    giver = observation.givers.get(argument.value)
    for module in _around(reader.module):
        if giver is None or not _within(giver, module):
            yield from _merged(observation, reader, argument.value, module, shape[: surplus + 1])


def _around(path: str) -> Iterator[str]:
    """A module and those that hold it, the outermost first."""
    parts = path.split(".") if path else []
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _within(node: Node, module: str) -> bool:
    return f"{node.module}.".startswith(f"{module}.")


def _merged(observation: Observation, reader: Node, value: int, module: str, front: tuple[int, ...]) -> Iterator[Fix]:
    flat, last = f".flatten(0, {len(front) - 1})", len(front)
    enters = [Wrap(*read, f"x{flat}") for read in _read(observation, value, module, inside=True)]
    given = [v for n in observation.nodes if _within(n, module) for v in n.outputs]
    first = [next(_read(observation, v, module, inside=False), None) for v in given]
    leaves = [Copy(*read, f"x.unflatten(0, {list(front)})") for read in first if read is not None]
    edits: tuple[Edit, ...] = (*enters, *leaves)
    before, after = next(_lines(observation, reader, module.rpartition(".")[2], flat, last), (None, None))
    summary = f"{module} takes one batch: merge {sizes(front)} into its samples, and part them behind it"
    yield from [Fix(summary, before, after, edits=edits)] if leaves else []


def _read(observation: Observation, value: int, module: str, *, inside: bool) -> Iterator[tuple[int, str]]:
    """The nodes of a module, or those that are not of it, that read a tensor, and as which argument."""
    for node in observation.takers.get(value, ()):
        roles = [a.name for a in node.arguments if a.value == value and a.type == "Tensor"]
        yield from ((node.id, role) for role in roles if _within(node, module) == inside)


def _lines(observation: Observation, reader: Node, layer: str, flat: str, last: int) -> Iterator[tuple[str, str]]:
    """The user's line that calls a layer, and how it reads with that."""
    for frame in observation.stack(reader.id):
        line = _through_one_batch(frame.source, layer, flat, last)
        yield from [(frame.source, line)] if frame.source and line else []


def _through_one_batch(source: str | None, layer: str, flat: str, last: int) -> str | None:
    """The line with what its only call of a layer is given merged, and what that gives parted again."""
    entered = fed(source, layer, flat)
    call, changed = _call(source, layer), _call(entered, layer)
    if source is None or call is None or changed is None:
        return None
    name = source[slice(*span(source, call.args[0]))]
    return suffixed(entered, changed, f".unflatten(0, {name}.shape[:{last}])")


def _call(source: str | None, layer: str) -> ast.Call | None:
    calls = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    return next((c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == layer and c.args), None)
