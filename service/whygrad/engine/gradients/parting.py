"""Who reads a tensor that has lost its history: what it only weighs, and what ends in a term of the loss by itself."""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.gradients.uses import uses
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operations import SCALING

_SUMMING = frozenset({"add", "sub", "rsub", "stack", "cat"})

Reader = tuple[Event, str]
"""An execution that reads the tensor, and the role in which it does."""


def parted_readers(observation: Observation, event: Event) -> tuple[Event, list[Reader]] | None:
    """An execution that multiplies something alive by a dead result, and those that make a term of it alone.

    None where either is missing, or where any reads it in another way.
    """
    lost = {t.id for t in event.outputs}
    readers = [(e, o.role) for e in uses(observation).read(lost) for o in e.inputs if o.tensor.id in lost]
    weighing = [e for e, _ in readers if _is_alive(e) and observation.nodes[e.node].bare_name in SCALING]
    alone = [(e, role) for e, role in readers if not _is_alive(e)]
    if not weighing or not alone or len(weighing) + len(alone) < len(readers):
        return None
    return (weighing[0], alone) if _ends_as_term(observation, [e for e, _ in alone]) else None


def _ends_as_term(observation: Observation, made: Sequence[Event]) -> bool:
    """Whether what executions made meets nothing that is alive but in a sum."""
    onward, met = uses(observation).onward(t.id for e in made for t in e.outputs), False
    for event in onward:
        if not _is_alive(event):
            onward.follow(t.id for t in event.outputs)
        elif observation.nodes[event.node].bare_name in _SUMMING and all(not t.shape for t in event.tensors):
            met = True
        else:
            return False
    return met


def _is_alive(event: Event) -> bool:
    return any(t.requires_grad for t in event.outputs)
