"""Terms of the loss that are flat: all that parameters computed of them went through a step function."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from whygrad.engine.gradients.terms import summed
from whygrad.engine.gradients.zero_sources import STEPPING
from whygrad.engine.observation import Event, Node, Observation, Parameter


@dataclass(frozen=True)
class FlatTerm:
    """The last step function on the way to a term of the loss, beside one that parameters learn from.

    `addition` adds it to the loss; `parameters` computed it, and learn nothing from it.
    """

    order: int
    event: Event
    node: Node
    addition: Node
    parameters: tuple[Parameter, ...]


def flat_terms(observation: Observation) -> Iterator[FlatTerm]:
    """The terms whose gradient is zero whatever parameters do, where the loss has another."""
    total = summed(observation)
    nodes, trained = observation.nodes, {p.tensor for p in observation.trainable}
    steps = {i for i, e in enumerate(total.events) if nodes[e.node].bare_name in STEPPING}
    parts = total.live if steps and len(total.live) > 1 else ()
    for part in parts:
        events, tensors = total.ways.behind(part.start, stops=steps | total.ways.whole_cuts)
        stepping = [i for i in events & steps if total.events[i].tensors[0].requires_grad]
        if not stepping or not part.weight or tensors & trained:
            continue
        last = max(stepping)
        bits = reduce(or_, (total.ways.alive[t.id] for t in part.tensors))
        yield FlatTerm(
            order=last,
            event=total.events[last],
            node=nodes[total.events[last].node],
            addition=nodes[total.events[part.addition].node],
            parameters=tuple(total.ways.parameters(bits)),
        )
