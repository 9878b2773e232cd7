"""Masks that lie along the queries of attention, where they were to hide keys.

What is put in the place of all scores of a query alike, be it minus infinity, a softmax over the keys does not see:
such a mask hides nothing. It may be meant beside another that hides keys, for queries that nobody reads. So it is told
only where all that became of the scores is known: a product, scaled and masked, a softmax, and a product with values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.axes.pieces import Axis, length
from whygrad.engine.axes.sampled import PRODUCTS
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operands import value
from whygrad.engine.operations import MASKED_BY, METADATA

_ATTENTION = "scaled_dot_product_attention"
_MASKS = {**MASKED_BY, _ATTENTION: "attn_mask"}
"""Operations that are given masks, and as what."""

_SCALING = frozenset({"mul", "div"})
_OF_MASKS = frozenset({"eq", "ne", "lt", "gt", "le", "ge", "logical_not", "bitwise_not", "to", "float", "bool"})
"""What makes a mask of a mask, entry by entry."""


@dataclass(frozen=True)
class Hiding:
    """`node` is given the mask as `operand`, before the softmax `behind`.

    `turned` is what put in the axis along the keys, as the last dimension; None where that is not known, or where
    something else reads what it gives.
    """

    order: int
    node: Node
    event: Event
    operand: Operand
    behind: Node
    turned: Node | None


@dataclass(frozen=True)
class _Scores:
    """Who is given a mask, at `order`, and the axes of the queries and keys whose scores it hides."""

    order: int
    mask: Operand
    queries: Axis
    keys: Axis


def hidden_queries(observation: Observation, known: Layouts) -> Iterator[Hiding]:
    """The masks of attention that are the same for all keys, and that no other mask goes with."""
    for order, event in enumerate(known.step.events):
        node = observation.nodes[event.node]
        masked = _masked(observation, known, order, node, event) if event.completed else []
        if masked and all(_lies_along_queries(known, each) for each in masked):
            first = masked[0]
            given = known.step.events[first.order]
            turned = _turned(observation, known, first.mask.tensor)
            yield Hiding(first.order, observation.nodes[given.node], given, first.mask, node, turned)


def _masked(observation: Observation, known: Layouts, order: int, node: Node, event: Event) -> list[_Scores]:
    """The masks of what attention compares; none where something else may hide keys."""
    if node.bare_name == _ATTENTION:
        mask, query, key = (_operand(event, role) for role in ("attn_mask", "query", "key"))
        if mask is None or query is None or key is None or value(node, event, "is_causal"):
            return []
        sides = [known.of(side.tensor)[-2:-1] for side in (query, key)]
        return [_Scores(order, mask, *queries, *keys) for queries, keys in [sides] if queries and keys]
    dim, scores = value(node, event, "dim"), event.tensors[0] if event.inputs else None
    if node.bare_name != "softmax" or scores is None or len(scores.shape) < 3 or dim not in (-1, len(scores.shape) - 1):
        return []
    return _behind(observation, known, order, scores) if _weighs_values(observation, known, event) else []


def _behind(observation: Observation, known: Layouts, order: int, scores: Tensor) -> list[_Scores]:
    """The masks between a product and a softmax; none where more than masks and a scaling stands between them."""
    layout, found, tensor = known.of(scores), list[_Scores](), scores
    while made := [n for n in known.step.makers.get(tensor.id, ()) if n < order]:
        order = made[-1]
        maker = known.step.events[order]
        name = observation.nodes[maker.node].bare_name
        if name in PRODUCTS:
            return found
        mask, single = _operand(maker, _MASKS.get(name, "")), [t for t in maker.tensors if t.shape == scores.shape]
        if mask is not None:
            found.append(_Scores(order, mask, layout[-2], layout[-1]))
        others = [t for t in maker.tensors if t.elements > 1 and (mask is None or t.id != mask.tensor.id)]
        learned = [t for t in single if t.id in known.learned]
        if len(learned) != 1 or (mask is None and (name not in _SCALING or len(others) > 1)):
            return []
        tensor = learned[0]
    return []


def _weighs_values(observation: Observation, known: Layouts, softmax: Event) -> bool:
    """Whether all that becomes of the shares is a product with values, if need be behind a dropout."""
    pending, weighs = list(softmax.outputs), False
    while pending:
        tensor = pending.pop()
        for reader in known.readers[tensor.id]:
            node = observation.nodes[reader.node]
            if node.bare_name == "dropout":
                pending += [t for t in reader.outputs if t.id != tensor.id]
            elif node.bare_name in PRODUCTS - {"einsum"}:
                weighs = True
            elif node.op not in METADATA:
                return False
    return weighs


def _operand(event: Event, role: str) -> Operand | None:
    return next((o for o in event.inputs if o.role == role), None)


def _lies_along_queries(known: Layouts, scores: _Scores) -> bool:
    """Whether queries and keys are the same steps, and a mask tells these apart as queries, and no keys."""
    mask, steps = known.of(scores.mask.tensor), scores.queries
    alike = steps == scores.keys and length(steps) > 1 and len(mask) > 1
    return alike and mask[-2] == steps and length(mask[-1]) == 1 and not scores.mask.tensor.requires_grad


def _turned(observation: Observation, known: Layouts, mask: Tensor) -> Node | None:
    """The unsqueeze that put in the last axis of a mask."""
    for maker in known.step.lineage(mask.id):
        node, made = observation.nodes[maker.node], maker.outputs[0] if maker.outputs else None
        if made is None or not maker.inputs or made.shape[-1:] != (1,):
            return None
        if node.bare_name == "unsqueeze":
            if node.literal("dim") in (-1, len(made.shape) - 1):
                return node if _only_hides(observation, known, made) else None
        elif node.bare_name not in _OF_MASKS or maker.tensors[0].shape != made.shape:
            return None
    return None


def _only_hides(observation: Observation, known: Layouts, made: Tensor) -> bool:
    """Whether nothing but masks of scores is made of a tensor."""
    pending, seen = [made], {made.id}
    while pending:
        tensor = pending.pop()
        for reader in known.readers[tensor.id]:
            node = observation.nodes[reader.node]
            hides = _operand(reader, _MASKS.get(node.bare_name, ""))
            if hides is not None and hides.tensor.id == tensor.id:
                queries = [t.shape[-2:] for t in reader.outputs]
                if node.bare_name != _ATTENTION and any(len(s) < 2 or s[0] != s[1] for s in queries):
                    return False
            elif node.bare_name in _OF_MASKS | {"unsqueeze"}:
                pending += [t for t in reader.outputs if t.id not in seen]
                seen |= {t.id for t in reader.outputs}
            elif node.op not in METADATA:
                return False
    return True
