"""Terms of the loss of a recorded program that hold numbers of its example in place of what was computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from whygrad.engine.gradients.recorded import Baked
from whygrad.engine.gradients.stops import flow
from whygrad.engine.gradients.terms import summed
from whygrad.engine.observation import Event, Observation
from whygrad.engine.operations import SCALING, SHIFTING


def baked_terms(observation: Observation) -> Iterator[Baked]:
    """The constants that no person wrote, each held against what is sent in a term that no parameter computes.

    Each has a row for each sample, as something trained of the same shape has: `last` is the node that gave that last
    before the constant is read. What the constant was computed of, the file does not tell.
    """
    total = summed(observation)
    held = _held(observation) if observation.traced and total.live and total.dead else {}
    told = set[int]()
    for part in total.dead:
        reader, made = next((held[t.id] for t in part.tensors if t.id in held), (-1, -1))
        if made < 0 or made in told or part.weight <= 0 or total.cuts(part):
            continue
        told.add(made)
        constant = total.events[made].outputs[0]
        live = _like(observation, constant.shape, reader)
        if live is not None:
            ways = flow(observation)
            behind = tuple(ways.parameters(ways.alive[live.outputs[0].id]))
            node = observation.nodes[total.events[made].node]
            yield Baked(node, constant, reader, total.events[reader], behind, live.node)


def _held(observation: Observation) -> Mapping[int, tuple[int, int]]:
    """For each tensor without a history that rests on them: what holds a constant against what was sent, and its maker.

    Both are executions, by their indices.
    """
    step = observation.first
    sent, constants, found = {t.id for t in step.inputs}, dict[int, int](), dict[int, tuple[int, int]]()
    for index, event in enumerate(step.events):
        node, read, made = observation.nodes[event.node], [t.id for t in event.tensors], [t.id for t in event.outputs]
        constant = next((constants[number] for number in read if number in constants), None)
        rests = next((found[number] for number in read if number in found), None)
        if node.look is not None and node.look.computed:
            constants |= dict.fromkeys(made, index)
        elif rests is None and constant is not None and len(read) == 1:
            constants |= dict.fromkeys(made, constant)
        elif rests is None and constant is not None and node.bare_name in SHIFTING | SCALING:
            rests = (index, constant) if not sent.isdisjoint(read) else None
        if not sent.isdisjoint(read):
            sent.update(made)
        if rests is not None:
            found |= {t.id: rests for t in event.outputs if not t.requires_grad}
    return found


def _like(observation: Observation, shape: tuple[int, ...], reader: int) -> Event | None:
    """The last execution before a reader that gave something trained of a shape; none where samples have no axis."""
    samples = {t.shape[:1] for t in observation.first.inputs}
    made = (e for e in reversed(observation.first.events[:reader]) if e.completed and e.outputs)
    alike = (e for e in made if e.outputs[0].requires_grad and e.outputs[0].shape == shape)
    return next(alike, None) if len(shape) > 1 and shape[:1] in samples else None
