"""Positions between two entries in place of whole ones: what a cast to whole numbers cuts off, interpolated."""

from __future__ import annotations

from whygrad.engine.edits import Edit, Reconnect, Replace
from whygrad.engine.gradients.relaxing import INTERPOLATED, UNFIT, Read, Relaxed, between, followed, indexes, rows
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import CASTS

_NEAR = rows(between("indices_0", "self"), "self")
_ALONG = "torch.lerp(self.gather(dim, index.to(torch.int64).clamp(0, self.size(dim) - 1)), self.gather(dim, (index.to(torch.int64) + 1).clamp(0, self.size(dim) - 1)), index - index.floor())"  # noqa: E501
"""Along an axis the entry before a position and the one behind it, by how far it is from the first."""

_STRETCHED = "-(torch.arange(int(repeats.round().sum()), device=self.device).unsqueeze(-1) + 0.5 - torch.cumsum(repeats, 0) + repeats / 2).square()"  # noqa: E501
"""How near the middle of each place is to the middle of each stretch, where entries are repeated."""


def interpolated(observation: Observation, node: Node, event: Event) -> Relaxed | None:
    """What takes whole numbers as places or as lengths, given what was computed: a weighted mean of what is near."""
    changed = followed(observation, event.outputs[0].id, _as_place)
    takers = {observation.nodes[e.node].bare_name for e in changed or () if isinstance(e, Replace)} - CASTS
    edits = (_unrounded(observation, node, event), *(changed or ()))
    if takers == {"repeat_interleave"}:
        name = "upsample softly: for each place the entries weighed by how near they are to it (Gaussian upsampling)"
        return Relaxed(name, edits)
    name = "interpolate: take as much of each of the two nearest entries as the position is near it"
    return Relaxed(name, edits) if takers & {"index", "embedding", "gather"} else None


def _unrounded(observation: Observation, node: Node, event: Event) -> Edit:
    """The position itself in place of its cast: where that rounds, `(x + 0.5).long()`, what the half was added to."""
    maker = observation.first.maker(event.tensors[0].id) if event.tensors else None
    added = observation.nodes[maker.node] if maker is not None else None
    if added is not None and added.bare_name == "add" and added.literal("other") == 0.5:
        return Reconnect(node.id, added.id)
    return Replace(node.id, "self")


def _as_place(observation: Observation, node: Node, event: Event, role: str, __: bool) -> Read | None:
    """How an operation takes a position between two others where it took a whole one."""
    name, still = node.bare_name, not any(t.floating for t in event.outputs)
    if name in CASTS and still:
        return Replace(node.id, "self"), _as_place
    if (name, role) == ("embedding", "indices"):
        return Replace(node.id, INTERPOLATED), None
    if name == "index" and role == "indices[0]" and indexes(observation, event, role):
        return Replace(node.id, _NEAR), None
    if (name, role) == ("gather", "index") and event.input("self") is not None:
        return Replace(node.id, _ALONG), None
    if (name, role) == ("repeat_interleave", "repeats") and isinstance(dim := node.literal("dim"), int):
        stretched = rows(f"torch.softmax({_STRETCHED}, -1)", f"self.movedim({dim}, 0)")
        return Replace(node.id, f"{stretched}.movedim(0, {dim})"), None
    return None if name in UNFIT else (None, _as_place if still else None)
