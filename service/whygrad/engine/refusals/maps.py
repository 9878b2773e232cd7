"""Two maps that are to have the same positions, be they as they were or laid out in rows by now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Observation, Operand, Step, Tensor
from whygrad.engine.refusals.mirrored import mirrored
from whygrad.engine.refusals.padded import padded
from whygrad.engine.refusals.shifted import readers


def of_positions(observation: Observation, event: Event, step: Step, made: Operand, wanted: Operand) -> Iterator[Fix]:
    """The layers behind the one told to keep, or to give back, the positions of the other."""
    found = _as_map(event, step, made, wanted)
    if found is not None:
        tensor, sizes = found
        ways = (padded(observation, step, [tensor], sizes), mirrored(observation, step, tensor, sizes))
        yield from (fix for fix in ways if fix is not None)


def _as_map(event: Event, step: Step, made: Operand, wanted: Operand) -> tuple[Tensor, tuple[int, ...]] | None:
    """The map that an operand is or was, and the positions that the other has; None where there are no two to go by."""
    for (_, one), (_, other) in product(readers(event, step, made), readers(event, step, wanted)):
        given, goal = one.tensor.shape, other.tensor.shape
        sizes = goal[1:] if len(goal) == len(given) - 1 else goal[2:]
        if len(given) > 2 and len(sizes) == len(given) - 2 and given[:1] == goal[:1]:
            return one.tensor, sizes
    return None
