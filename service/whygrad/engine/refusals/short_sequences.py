"""A sequence of fewer steps than those it lies beside, filled up behind."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.wording.origins import called

_SEQUENCE = 3
"""The dimensions of (samples, steps, features)."""


def filled_up(observation: Observation, node: Node, event: Event, axis: int) -> Iterator[Fix]:
    """Zeros behind the only one of three or more sequences that is shorter, up to the length of the others."""
    lengths = [t.shape[axis] for t in event.tensors if len(t.shape) == _SEQUENCE]
    short = [o for o in event.inputs if o.tensor.shape[axis : axis + 1] == (min(lengths, default=0),)]
    same = len(lengths) == len(event.tensors) > 2 and len(set(lengths)) == 2
    if axis != 1 or not same or len(short) != 1 or _of_the_same(observation, event, short[0]):
        return
    name, length = called(observation, node, short[0]), max(lengths)
    more = f"[0, 0, 0, {length - min(lengths)}]"
    yield Fix(
        f"fill {name} up with zeros to the {length} steps of the others, or send as many: F.pad({name}, {more})",
        edits=(Wrap(node.id, short[0].role, f"torch.constant_pad_nd(x, {more})"),),
    )


def _of_the_same(observation: Observation, event: Event, short: Operand) -> bool:
    """Whether it is made of what the others are made of, so that steps of it were left out somewhere."""
    own, others = observation.first.sent_behind(short.tensor.id), [t.id for t in event.tensors if t != short.tensor]
    return not own or any(not own.isdisjoint(observation.first.sent_behind(other)) for other in others)
