"""Masks that lie along the queries of attention, where they were to hide keys.

What is added to all keys of a query alike, be it minus infinity, a softmax over the keys takes away again: such a mask
hides nothing. It may be meant beside another mask that does hide keys, for queries that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands import value

_MASKS = {"masked_fill": "mask", "where": "condition"}
_SHAPED_ALIKE = frozenset(
    {"eq", "ne", "lt", "gt", "le", "ge", "logical_not", "bitwise_not", "to", "float", "bool", "rsub", "sub", "mul"}
)
_ATTENTION = "scaled_dot_product_attention"


@dataclass(frozen=True)
class Hiding:
    """`node` is given the mask as `operand`, before the softmax `behind`; its queries lie at `place` in the scores.

    `turned` is what put in the axis along the keys, as the dimension of an unsqueeze; None where that is not known.
    """

    order: int
    node: Node
    event: Event
    operand: Operand
    behind: Node
    place: int
    turned: Node | None


def hidden_queries(observation: Observation, known: Layouts) -> Iterator[Hiding]:
    """The masks of attention that are the same for all keys, and that no other mask goes with."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        masks = list(_masks(observation, known, order, node, event)) if event.completed else []
        along = [_lies(mask.tensor, scores, place) for _, _, mask, scores, place in masks]
        if along and all(lies == "queries" for lies in along):
            number, reader, mask, _, place = masks[0]
            given = known.step.events[number]
            turned = _turned(observation, known, mask.tensor)
            yield Hiding(number, reader, given, mask, node, place - 1, turned)


def _masks(
    observation: Observation, known: Layouts, order: int, node: Node, event: Event
) -> Iterator[tuple[int, Node, Operand, tuple[int, ...], int]]:
    """The masks of what an execution compares: who is given each, the scores' shape, and the dimension of the keys."""
    if node.bare_name == _ATTENTION:
        mask, query, key = (_operand(event, role) for role in ("attn_mask", "query", "key"))
        if mask is not None and query is not None and key is not None:
            scores = (*query.tensor.shape[:-1], key.tensor.shape[-2])
            yield order, node, mask, scores, len(scores) - 1
        return
    dim = value(node, event, "dim")
    if node.bare_name not in ("softmax", "log_softmax") or not isinstance(dim, int) or not event.tensors:
        return
    scores = event.tensors[0].shape
    tensor: Tensor | None = event.tensors[0]
    while tensor is not None and (made := [n for n in known.step.makers.get(tensor.id, ()) if n < order]):
        order = made[-1]
        maker = known.step.events[order]
        reader = observation.nodes[maker.node]
        mask = _operand(maker, _MASKS.get(reader.bare_name, ""))
        if mask is None:
            return
        yield order, reader, mask, scores, dim % len(scores)
        tensor = next((o.tensor for o in maker.inputs if o.role != mask.role and o.tensor.shape == scores), None)


def _operand(event: Event, role: str) -> Operand | None:
    return next((o for o in event.inputs if o.role == role), None)


def _lies(mask: Tensor, scores: tuple[int, ...], keys: int) -> str:
    """Along what a mask lies: `queries`, where as many keys stand behind them and it is one for all of these."""
    sizes = (1,) * (len(scores) - len(mask.shape)) + mask.shape
    of_sequences = len(scores) > 2 and keys == len(scores) - 1 and scores[-1] == scores[-2] > 1
    told_apart = sizes[0] == scores[0] and not mask.requires_grad
    return "queries" if of_sequences and told_apart and sizes[-2:] == (scores[-2], 1) else "otherwise"


def _turned(observation: Observation, known: Layouts, mask: Tensor) -> Node | None:
    """The unsqueeze that put in the last axis of a mask."""
    for maker in known.step.lineage(mask.id):
        node, shape = observation.nodes[maker.node], maker.outputs[0].shape
        if not maker.inputs or shape[-1:] != (1,):
            return None
        if node.bare_name == "unsqueeze" and node.literal("dim") in (-1, len(shape) - 1):
            return node
        if node.bare_name != "unsqueeze" and (node.bare_name not in _SHAPED_ALIKE or maker.tensors[0].shape != shape):
            return None
    return None
