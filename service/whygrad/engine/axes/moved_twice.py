"""Images that a program brings from channels last to channels first, though they were sent channels first."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.moving import permutation
from whygrad.engine.observation import Event, Observation, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import JOINING


@dataclass(frozen=True)
class MovedTwice:
    """The `mover` takes the last axis to `place`, where the channels of what was `sent` are already.

    A `join` may put several of them together along their last axis before.
    """

    mover: Event
    join: Event | None
    sent: tuple[Tensor, ...]
    place: int

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of what was sent."""
        return [t.shape for t in self.sent]

    def as_taken(self, tensor: Tensor) -> tuple[int, ...]:
        """The shape of what was sent with its channels last."""
        shape = tensor.shape
        return (*shape[: self.place], *shape[self.place + 1 :], shape[self.place])


def moved_twice(
    observation: Observation, known: Layouts, image: Tensor, place: int, channels: int
) -> MovedTwice | None:
    """How an image lost its channels from their place, if what was sent has that many there; None where it has not."""
    (mover, _), rank = _begun(known, image), len(image.shape)
    order = permutation(observation.nodes[mover.node], mover, rank) if mover is not None and mover.inputs else None
    if mover is None or order != [*range(place), rank - 1, *range(place, rank - 1)]:
        return None
    join = _joined(observation, known, mover.tensors[0])
    parts = [_begun(known, t)[1] for t in (join or mover).tensors]
    found = MovedTwice(mover, join, tuple(parts), place)
    sent = all(known.sent(t) and len(t.shape) == rank for t in parts)
    if not sent or len({found.as_taken(t)[:-1] for t in parts}) > 1:
        return None
    return found if sum(t.shape[place] for t in parts) == channels else None


def _joined(observation: Observation, known: Layouts, tensor: Tensor) -> Event | None:
    """The join along the last axis that made a tensor."""
    made, _ = _begun(known, tensor)
    node = observation.nodes[made.node] if made is not None else None
    if made is None or node is None or node.bare_name not in JOINING:
        return None
    return made if value(node, made, "dim", 0) in (-1, len(tensor.shape) - 1) else None


def _begun(known: Layouts, tensor: Tensor) -> tuple[Event | None, Tensor]:
    """What a tensor was before it was only scaled or converted, behind the execution that gave that."""
    for made in known.step.lineage(tensor.id):
        if not _keeps(made):
            return made, tensor
        tensor = made.tensors[0]
    return None, tensor


def _keeps(made: Event) -> bool:
    """Whether an execution gives its only operand another type or other numbers, and the same shape."""
    return len(made.inputs) == 1 and made.tensors[0].shape == made.outputs[0].shape
