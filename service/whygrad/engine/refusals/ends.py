"""Slices that end, or begin, elsewhere, so that two operands have the same size."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand, Step
from whygrad.engine.operands.stretching import Clash
from whygrad.engine.operations import OPEN_END
from whygrad.engine.wording.origins import made
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.rewriting import replaced


def ended(observation: Observation, step: Step, node: Node, wrong: Clash) -> Iterator[Fix]:
    """One of two operands that clash, cut so that it is as long as the other; those with a written end come first."""
    first, second = wrong.sizes
    pairs = [(wrong.first, first, second)]
    pairs += [(wrong.second, second, first)] if wrong.second is not None else []
    for argument in ("end", "start"):
        for operand, given, wanted in pairs:
            yield from _cut(observation, step, node, operand, wrong.axis, argument, given, wanted)


def _cut(
    observation: Observation,
    step: Step,
    node: Node,
    operand: Operand,
    axis: int,
    argument: str,
    given: int,
    wanted: int,
) -> Iterator[Fix]:
    _, maker = made(step, {operand.tensor.id})
    cut = observation.nodes[maker.node] if maker is not None else None
    was = cut.literal(argument) if cut is not None and cut.bare_name == "slice" else None
    if maker is None or cut is None or not isinstance(was, int) or not 0 < abs(was) < OPEN_END:
        return
    whole = maker.tensors[0].shape
    same_axis = (cut.literal("dim", 0) - axis) % len(whole) == 0
    now = was + (wanted - given if argument == "end" else given - wanted)
    inside = 0 <= now <= whole[axis] if was > 0 else -whole[axis] <= now < 0
    if same_axis and inside and cut.literal("step", 1) == 1 and min(given, wanted) > 1:
        after = _renumbered(observation.source(node.id), argument, was, now)
        summary = (
            f"{'end' if argument == 'end' else 'begin'} the slice at {now} in place of {was}: it is {wanted} long then"
        )
        yield Fix(summary, after=after, edits=(Give(cut.id, argument, now),))


def _renumbered(source: str | None, argument: str, was: int, now: int) -> str | None:
    """The line with another number where its only slice with that number ends, or begins."""
    slices = [n for n in ast.walk(statement(source)) if isinstance(n, ast.Slice)]
    bounds = [s.upper if argument == "end" else s.lower for s in slices]
    found = [b for b in bounds if b is not None and ast.unparse(b) == str(was)]
    return replaced(source, found[0], str(now)) if source and len(found) == 1 else None
