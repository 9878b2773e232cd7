"""Maps and sequences that were made larger by a factor, where another whole factor gives the size that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Step, Tensor
from whygrad.engine.operands import value


@dataclass(frozen=True)
class _Factor:
    """The factor by which something was made larger along each side of a length, the one for another, and its edit."""

    was: float
    now: float
    edit: Give


def rescaled(observation: Observation, step: Step, joined: Sequence[Tensor], axis: int) -> Iterator[Fix]:
    """Other factors for what is too short, or else too long, to be joined; none where one has no such factor."""
    lengths = {t.shape[axis] for t in joined}
    for wanted in sorted(lengths, reverse=True) if len(lengths) == 2 else ():
        (length,) = lengths - {wanted}
        found = [_factor(observation, step, t, length, wanted) for t in joined if t.shape[axis] == length]
        known = [factor for factor in found if factor is not None]
        if len(known) == len(found):
            told = {f"{k.now:g} times in place of {k.was:g}": k.edit for k in known}
            yield Fix(
                f"make it larger by what gives {wanted}: {', '.join(told)}", before="", edits=tuple(told.values())
            )


def _factor(observation: Observation, step: Step, tensor: Tensor, length: int, wanted: int) -> _Factor | None:
    """What made a tensor as long as it is, behind what left its length alone; no layer that is called elsewhere too."""
    for event in step.lineage(tensor.id):
        node, sides = observation.nodes[event.node], event.outputs[0].shape[2:]
        factors = value(node, event, "scale_factors")
        if isinstance(factors, list) and length in sides:
            was = factors[sides.index(length)]
            now = was * wanted / length
            scaled = [now if side == length else factor for side, factor in zip(sides, factors, strict=True)]
            alone = now.is_integer() and not _is_shared(observation, node)
            return _Factor(was, now, Give(node.id, "scale_factors", scaled)) if alone else None
        if length not in event.outputs[0].shape:
            return None
    return None


def _is_shared(observation: Observation, node: Node) -> bool:
    """Whether the layer of a node is called more than once."""
    return bool(node.module) and sum((n.module, n.op) == (node.module, node.op) for n in observation.nodes) > 1
