"""Views that take a batch of several batches, one behind another, apart the wrong way round."""

from __future__ import annotations

from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.meant import meant
from whygrad.engine.axes.pieces import Axis, Layout, Piece, axis, holds_batch
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import JOINING


@dataclass(frozen=True)
class Interleaved:
    """A `join` put `parts` batches of `samples` behind one another in dimension `along`.

    A view makes rows of neighbours of them; its operand has them in dimension `place`.
    """

    join: Event
    along: int
    place: int
    parts: int
    samples: int


def interleaved(observation: Observation, known: Layouts, node: Node, event: Event) -> Interleaved | None:
    """The join whose batches a view takes apart as (samples, parts): they lie as (parts, samples). None where none is.

    That a size is to count the samples is told only where it was read off them: by its number alone it may as well
    count groups of neighbours, as of a layer that compares the samples of small groups.
    """
    before, made = known.of(event.tensors[0]), known.of(event.outputs[0])
    for cut, read in zip(made, meant(observation, known, node), strict=False):
        found = _taken_apart(observation, known, before, cut)
        if found is not None and _batch(known, found) == read:
            return found
    return None


def counts_parts(known: Layouts, piece: Piece) -> bool:
    """Whether a piece of a joined batch tells the joined tensors apart, and none of their samples."""
    join = _join(known, piece)
    return join is not None and (piece.size, piece.size * piece.stride) == (len(join.inputs), piece.source.size)


def _join(known: Layouts, piece: Piece) -> Event | None:
    """The execution that joined what a piece is of; None where none did."""
    key = piece.source.key
    return known.step.events[key[0]] if piece.source.kind == "joined" and isinstance(key, tuple) else None


def _taken_apart(observation: Observation, known: Layouts, before: Layout, cut: Axis) -> Interleaved | None:
    """The join of whose rows an axis counts the first in each group of neighbours."""
    piece = cut[0] if len(cut) == 1 else None
    join = _join(known, piece) if piece is not None else None
    if piece is None or join is None or axis(piece.source) not in before:
        return None
    parts = len(join.inputs)
    behind = 1 < parts == piece.stride and piece.size > 1 and piece.source.size == parts * piece.size
    if observation.nodes[join.node].bare_name not in JOINING or not behind:
        return None
    along = known.of(join.outputs[0]).index(axis(piece.source))
    return Interleaved(join, along, before.index(axis(piece.source)), parts, piece.size)


def _batch(known: Layouts, found: Interleaved) -> Axis | None:
    """The samples that all the joined tensors have; None where they are not the same."""
    axes = {known.of(operand.tensor)[found.along] for operand in found.join.inputs}
    batch = next(iter(axes))
    return batch if len(axes) == 1 and holds_batch(batch) else None
