"""A vector of each sample, joined to a map of its features: the map is pooled, or the vector spread over it."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.spelling import with_behind


def beside_a_map(observation: Observation, node: Node, vector: Operand, features: Operand) -> Iterator[Fix]:
    """The two ways to join them along their features; which one is meant, the layer behind tells."""
    given, shape, dim = vector.tensor.shape, features.tensor.shape, node.literal("dim")
    pooled = set(shape[2:]) <= {1}
    if node.bare_name != "cat" or len(given) != 2 or len(shape) < 4 or given[:1] != shape[:1] or pooled:
        return
    positions = tuple(range(2, len(shape)))
    if dim == 1:
        sizes = ", ".join(map(str, shape[2:]))
        call = f"[:, :{', None' * len(positions)}].expand(-1, -1, {sizes})"
        yield Fix(
            f"spread the vector of {size(vector.tensor)} over the {sizes} positions of the map: x{call}",
            after=with_behind(observation, node, vector.role, call),
            edits=(Wrap(node.id, vector.role, f"x{call}"),),
        )
    if dim in (1, -1):
        yield Fix(
            f"pool the map of {size(features.tensor)} before it is joined: x.mean(dim={positions})",
            after=with_behind(observation, node, features.role, f".mean(dim={positions})"),
            edits=(Wrap(node.id, features.role, f"x.mean({list(positions)})"),),
        )
