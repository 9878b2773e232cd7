"""A mask that lies along the queries of attention, turned so that it lies along the keys."""

from __future__ import annotations

from whygrad.engine.axes.hiding import Hiding
from whygrad.engine.edits import Give, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation
from whygrad.engine.wording.recounting import one_further_in
from whygrad.engine.wording.spelling import with_behind


def along_the_keys(observation: Observation, hiding: Hiding) -> Fix:
    """The axis of one put in where the queries are, or the mask transposed where that is not known."""
    node, turned, call = hiding.node, hiding.turned, ".transpose(-1, -2)"
    if turned is None:
        return Fix(
            f"turn the mask, so that it lies along the keys: {call[1:]}",
            before=observation.source(node.id),
            after=with_behind(observation, node, hiding.operand.role, call),
            edits=(Wrap(node.id, hiding.operand.role, f"x{call}"),),
        )
    was = turned.literal("dim")
    now = was - 1 if isinstance(was, int) and was > 0 else -2
    return Fix(
        f"put the axis of one where the queries are: unsqueeze({now})",
        after=one_further_in(observation.source(turned.id), now),
        edits=(Give(turned.id, "dim", now),),
    )
