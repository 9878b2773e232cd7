"""Torch's attention made with `batch_first=True`: its sequences swapped where they enter it and where they leave it."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.observation import Node, Observation

_SWAPPED = "x.transpose(0, 1)"
_TAKING_APART = frozenset({"prim::TupleUnpack", "prim::TupleIndex"})
_ORDERLESS = frozenset({"aten::dim", "aten::__is__", "aten::__isnot__"})
"""What is the same of a tensor whatever the order of its axes, beside types and devices."""


def taking_the_batch_first(observation: Observation) -> tuple[Edit, ...]:
    """The edits that give every attention which takes the sequence first its batch first."""
    attentions = [path for path, kind in observation.modules.items() if kind.endswith("MultiheadAttention")]
    return tuple(edit for path in attentions for edit in _swapped(observation, path))


def _swapped(observation: Observation, path: str) -> Iterator[Edit]:
    inside = [node for node in observation.nodes if f"{node.module}.".startswith(f"{path}.")]
    within, made = {node.id for node in inside}, {value for node in inside for value in node.outputs}
    joins = [join for node in inside for join in node.joins]
    projected = {a.value for n in inside if n.op == "aten::linear" and (a := n.argument("input"))}
    entering = _closed(projected, [(after, before) for before, after in joins]) - made
    if not entering:
        return
    yield from _through(inside, _closed(entering, joins))
    outside = [node for node in observation.nodes if node.id not in within]
    yield from _through(outside, made | {n.outputs[0] for n in outside if n.op in _TAKING_APART and _first(n) in made})


def _closed(values: set[int], joins: list[tuple[int, int]]) -> set[int]:
    """These values and all that control flow makes of them."""
    found, new = set(values), set(values)
    while new:
        new = {after for before, after in joins if before in new} - found
        found |= new
    return found


def _first(node: Node) -> int:
    return node.arguments[0].value


def _through(nodes: list[Node], values: set[int]) -> Iterator[Edit]:
    """What reads these values given them with their first two axes swapped."""
    for node in nodes:
        if node.op.startswith("aten::") and node.op not in _ORDERLESS:
            read = (a for a in node.arguments if a.type == "Tensor" and a.value in values)
            yield from (Wrap(node.id, a.name, _SWAPPED) for a in read)
