"""Terms of the loss that are flat: all that parameters computed of them went through a step function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from whygrad.engine.gradients.terms import summed
from whygrad.engine.gradients.zero_sources import STEPPING
from whygrad.engine.observation import Event, Node, Observation, Parameter
from whygrad.engine.operands import value


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
    """The terms whose gradient is zero whatever parameters do, where the loss has another.

    Not where what is stepped is a term itself: that is a straight-through estimate, or what is left of a floor.
    """
    total = summed(observation)
    if len(total.live) < 2 or total.identity:
        return
    steps, terms = _steps(observation), {t.storage for part in total.live for t in part.tensors}
    for part in total.live:
        last = max((steps.get(t.id, -1) for t in part.tensors), default=-1)
        if last < 0 or not part.weight or total.events[last].tensors[0].storage in terms:
            continue
        bits = reduce(or_, (total.ways.alive[t.id] for t in part.tensors))
        yield FlatTerm(
            order=last,
            event=total.events[last],
            node=observation.nodes[total.events[last].node],
            addition=observation.nodes[total.events[part.addition].node],
            parameters=tuple(total.ways.parameters(bits)),
        )


def _steps(observation: Observation) -> Mapping[int, int]:
    """For each tensor that comes of parameters through steps alone, the last of these, by its execution."""
    smooth, steps = {p.tensor for p in observation.trainable}, dict[int, int]()
    for index, event in enumerate(observation.first.events):
        read = [t.id for t in event.tensors if t.requires_grad]
        if _is_step(observation.nodes[event.node], event):
            smooth -= {t.id for t in event.outputs}
            steps |= {t.id: index for t in event.outputs if t.requires_grad and read}
        elif not smooth.isdisjoint(read):
            smooth |= {t.id for t in event.outputs if t.requires_grad}
        elif behind := [steps[number] for number in read if number in steps]:
            steps |= {t.id: max(behind) for t in event.outputs if t.requires_grad}
    return {number: index for number, index in steps.items() if number not in smooth}


def _is_step(node: Node, event: Event) -> bool:
    return node.bare_name in STEPPING or value(node, event, "rounding_mode") is not None
