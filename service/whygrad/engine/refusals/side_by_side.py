"""Tensors of several widths that are stacked, to be laid side by side behind: joined, they need not be equally wide."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Become
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import METADATA
from whygrad.engine.wording.rewriting import rewritten


def side_by_side(observation: Observation, node: Node, event: Event, axis: int) -> Iterator[Fix]:
    """`torch.cat` for a `torch.stack` of which each row is flattened: of equal widths both give the same numbers."""
    rank, shapes = len(event.tensors[0].shape), {t.shape[:axis] + t.shape[axis + 1 :] for t in event.tensors}
    stacked = node.bare_name == "stack" and node.literal("dim", 0) == axis
    readers = [n for n in observation.takers.get(node.outputs[0], ()) if n.op not in METADATA]
    flattened = bool(readers) and all(_flattens(observation, reader, axis) for reader in readers)
    if stacked and flattened and axis == rank - 1 > 0 and len(shapes) == 1:
        after = rewritten(observation.place(node.id), r"\bstack\(", "cat(")
        summary = f"join along dimension {axis}: each row is flattened behind, so that they lie side by side anyway"
        yield Fix(summary, after=after, edits=(Become(node.id, "aten::cat"),))


def _flattens(observation: Observation, reader: Node, axis: int) -> bool:
    """Whether a node lays out in a row all that stands from an axis on: `x.flatten(1)`, `x.reshape(len(x), -1)`."""
    if reader.bare_name == "flatten":
        return reader.literal("start_dim", 0) == axis and reader.literal("end_dim", -1) in (-1, axis + 1)
    sizes = reader.argument("shape") or reader.argument("size")
    made = observation.givers.get(sizes.value) if sizes is not None else None
    listed = [a.literal for a in made.arguments] if made is not None else sizes.literal if sizes is not None else None
    viewed = reader.bare_name in ("reshape", "view")
    return viewed and isinstance(listed, list) and len(listed) == axis + 1 and listed[-1] == -1
