"""A map that lies on its side, turned round: by the permute that laid it so, else where it is held against its like."""

from __future__ import annotations

from whygrad.engine.axes.turned import Turned
from whygrad.engine.edits import Give, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Observation
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.rewriting import rewritten
from whygrad.engine.wording.spelling import with_behind


def turned_round(observation: Observation, found: Turned) -> Fix:
    """The permute with the two axes the other way round, or a transpose of them."""
    if found.permuted is not None:
        was, now = (", ".join(map(str, dims)) for dims in (found.permuted.literal("dims"), found.dims))
        return Fix(
            f"permute({now}) in place of permute({was})",
            after=rewritten(observation.place(found.permuted.id), rf"permute\({was}\)", f"permute({now})"),
            edits=(Give(found.permuted.id, "dims", found.dims),),
        )
    node, call = observation.nodes[found.side.node], ".transpose({}, {})".format(*found.places)
    return Fix(
        f"turn {called(observation, node, found.side.compared)} round: {call[1:]}",
        after=with_behind(observation, node, found.side.of_loss, call),
        edits=(Wrap(found.side.node, found.side.role, f"x{call}"),),
    )
