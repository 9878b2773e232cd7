"""The tensors that stand where a layer takes its weight, and the constants among them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from whygrad.engine.observation import Event, Node, Observation, Tensor

LAYERS = {
    "linear": ("weight", "bias"), "conv1d": ("weight", "bias"), "conv2d": ("weight", "bias"),
    "conv3d": ("weight", "bias"), "_convolution": ("weight", "bias"), "convolution": ("weight", "bias"),
    "conv_transpose1d": ("weight", "bias"), "conv_transpose2d": ("weight", "bias"),
    "conv_transpose3d": ("weight", "bias"), "embedding": ("weight",), "embedding_bag": ("weight",),
    "bilinear": ("weight", "bias"), "addmm": ("mat2", "mat1", "self"), "matmul": ("self", "other"),
    "mm": ("self", "mat2"), "bmm": ("self", "mat2"), "einsum": ("tensors",), "lstm": ("params",), "gru": ("params",),
}  # fmt: skip
"""For each operation the operands in which a weight stands."""

LEFT = frozenset({"self", "mat1"})
"""What the left side of a product is called."""

_RESHAPING = frozenset({"t", "transpose", "view", "reshape", "permute", "to", "unsqueeze", "expand", "contiguous", "T"})


@lru_cache(maxsize=8)
def baked_weights(observation: Observation) -> tuple[tuple[int, Node, Tensor], ...]:
    """The constants that stand where a layer takes its weight: execution, constant, its tensor.

    Beside parameters that train, only those that look learnt: a blur or an edge filter is a constant by right.
    """
    events = observation.first.events
    constants = {e.outputs[0].id: observation.nodes[e.node] for e in events if _is_constant(observation, e)}
    found: dict[int, tuple[int, Node, Tensor]] = {}
    for index, operand in weights_read(observation):
        node = constants.get(operand.id)
        if node is not None and node.id not in found and (not observation.parameters or _learnt(node, operand)):
            found[node.id] = (index, node, operand)
    return tuple(found.values())


def _is_constant(observation: Observation, event: Event) -> bool:
    held = observation.nodes[event.node].look is not None and bool(event.outputs)
    return held and event.outputs[0].id not in observation.stored


def _learnt(node: Node, tensor: Tensor) -> bool:
    return node.look is not None and tensor.elements >= 8 and node.look.drawn(tensor.elements)


def matrices(observation: Observation) -> tuple[str, ...]:
    """The names of the trainable weights of layers and products, without biases and tables."""
    read = standing_as_weights(observation, left=True)
    names = {e.node for e in observation.first.events if observation.nodes[e.node].bare_name.startswith("embedding")}
    tables = {t.id for e in observation.first.events if e.node in names for t in e.tensors}
    return tuple(p.name for p in observation.trainable if p.tensor in read - tables and len(p.shape) > 1)


def weights_read(observation: Observation, *, left: bool = True) -> Iterator[tuple[int, Tensor]]:
    """The tensors that stand where a layer takes its weight, before they were reshaped, with the execution.

    In a product a weight may stand on the left too, as a graph or a rotation does that nobody learns.
    """
    origin: dict[int, Tensor] = {}
    for index, event in enumerate(observation.first.events):
        name = observation.nodes[event.node].bare_name
        if name in _RESHAPING and event.tensors:
            for output in event.outputs:
                origin[output.id] = origin.get(event.tensors[0].id, event.tensors[0])
        roles = {*LAYERS.get(name, ())} - (set() if left else LEFT)
        for operand in event.inputs:
            if operand.role.partition("[")[0] in roles and operand.tensor.floating:
                yield index, origin.get(operand.tensor.id, operand.tensor)


@lru_cache(maxsize=8)
def standing_as_weights(observation: Observation, *, left: bool) -> frozenset[int]:
    """The tensors that a layer takes as its weight."""
    return frozenset(t.id for _, t in weights_read(observation, left=left))
