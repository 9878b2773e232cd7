"""Logarithms of the probabilities of parts, to be summed up where one for each sample is wanted.

The probability of an action is the product of those of its parts, and the logarithm of it their sum.
"""

from __future__ import annotations

from whygrad.engine.axes.layouts import layouts
from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Observation, Operand, Tensor
from whygrad.engine.wording.origins import called
from whygrad.engine.wording.parsing import bracketed
from whygrad.engine.wording.spelling import with_behind

_LOGARITHMS = frozenset({"log", "log1p", "log_softmax", "logsigmoid", "log_prob"})
_FAR = 40
"""So many operations are looked back for a logarithm."""


def summed_up(observation: Observation, wide: Tensor) -> Fix | None:
    """The sum of them where they first meet numbers of which each sample has one; None where there are none."""
    known, tensor, column = layouts(observation), wide, (*wide.shape[:-1], 1)
    met: tuple[Event, Operand] | None = None
    for _ in range(_FAR):
        maker = known.maker(tensor)
        alike = [o for o in maker.inputs if o.tensor.shape == wide.shape] if maker is not None else []
        if maker is None or not alike:
            return None
        if any(t.shape == column for t in maker.tensors):
            met = maker, alike[0]
        makers = [made for o in alike if (made := known.maker(o.tensor)) is not None]
        if met is not None and any(observation.nodes[made.node].bare_name in _LOGARITHMS for made in makers):
            return _summed(observation, *met)
        tensor = alike[0].tensor
    return None


def _summed(observation: Observation, event: Event, operand: Operand) -> Fix:
    node, call = observation.nodes[event.node], ".sum(-1, keepdim=True)"
    name = called(observation, node, operand)
    return Fix(
        f"sum up the logarithms of the parts, {bracketed(name) or name}{call}: of what they stand beside there is one "
        "for each sample",
        before=observation.source(node.id),
        after=with_behind(observation, node, operand.role, call),
        edits=(Wrap(node.id, operand.role, f"x{call}"),),
    )
