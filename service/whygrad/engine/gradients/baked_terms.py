"""Terms of the loss of a recorded program that hold the numbers of its example in place of what was computed."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.gradients.stops import flow
from whygrad.engine.gradients.terms import summed
from whygrad.engine.gradients.unreached import Baked
from whygrad.engine.observation import Event, Observation


def baked_terms(observation: Observation) -> Iterator[Baked]:
    """The constants that no person wrote, each in a term that no parameter computes, beside one that trains.

    Each has the shape of something trained: `last` is the node that gave that last, before the constant is read.
    """
    total = summed(observation)
    for part in total.dead if observation.traced and total.live else ():
        events, _ = total.ways.behind(part.start)
        if not part.weight or total.cuts(part):
            continue
        for index in sorted(events):
            event = total.events[index]
            node = observation.nodes[event.node]
            if node.look is None or not node.look.computed or not event.outputs:
                continue
            reader = next((i for i in observation.first.readers.get(event.outputs[0].id, ()) if i in events), None)
            live = _like(observation, event, reader) if reader is not None else None
            if reader is not None and live is not None:
                behind = tuple(flow(observation).parameters(flow(observation).alive[live.outputs[0].id]))
                yield Baked(node, event.outputs[0], reader, total.events[reader], behind, live.node)


def _like(observation: Observation, constant: Event, reader: int) -> Event | None:
    """The last execution before a reader that gave something trained of the shape of a constant, and of no other."""
    shape = constant.outputs[0].shape
    made = (e for e in reversed(observation.first.events[:reader]) if e.completed and e.outputs and len(shape) > 1)
    return next((e for e in made if e.outputs[0].requires_grad and e.outputs[0].shape == shape), None)
