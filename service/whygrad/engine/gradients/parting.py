"""Who reads a tensor that has lost its history: what it only weighs, and what ends in a term of the loss by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.facts import SCALING
from whygrad.engine.observation import Event, Observation

_SUMMING = frozenset({"add", "sub", "rsub", "stack", "cat"})

Reader = tuple[Event, str]
"""An execution that reads the tensor, and the role in which it does."""


def parted_readers(observation: Observation, event: Event) -> tuple[Event, list[Reader]] | None:
    """An execution that multiplies something alive by a dead result, and those that make a term of it alone.

    None where either is missing, or where any reads it in another way.
    """
    lost = {t.id for t in event.outputs}
    readers = list(_reading(observation.first.events, lost))
    weighing = [e for e, _ in readers if _is_alive(e) and observation.nodes[e.node].bare_name in SCALING]
    alone = [(e, role) for e, role in readers if not _is_alive(e)]
    if not weighing or not alone or len(weighing) + len(alone) < len(readers):
        return None
    return (weighing[0], alone) if _ends_as_term(observation, [e for e, _ in alone]) else None


def _ends_as_term(observation: Observation, made: Sequence[Event]) -> bool:
    """Whether what executions made meets nothing that is alive but in a sum."""
    dead = {t.id for e in made for t in e.outputs}
    met = False
    for event in observation.first.events:
        if not dead & {t.id for t in event.tensors}:
            continue
        if not _is_alive(event):
            dead |= {t.id for t in event.outputs}
        elif observation.nodes[event.node].bare_name in _SUMMING and all(not t.shape for t in event.tensors):
            met = True
        else:
            return False
    return met


def _reading(events: Sequence[Event], lost: set[int]) -> Iterator[Reader]:
    return ((e, o.role) for e in events for o in e.inputs if o.tensor.id in lost)


def _is_alive(event: Event) -> bool:
    return any(t.requires_grad for t in event.outputs)
