"""Which axes of which weights an axis of a tensor is as long as, where it was computed from weights alone."""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.axes.moving import permutation
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operations import METADATA

Place = tuple[int, int]
"""The id of a tensor, and one of its axes."""

_PRODUCTS = frozenset({"mm", "matmul", "bmm", "linear"})
_PLAIN = frozenset(
    {
        "relu", "tanh", "sigmoid", "softmax", "log_softmax", "exp", "log", "abs", "neg", "clamp", "dropout", "gelu",
        "elu", "leaky_relu", "softplus", "mul", "div", "add", "sub", "rsub", "contiguous", "clone", "detach", "to",
        "sqrt", "rsqrt", "pow", "relu_", "leaky_relu_", "square", "maximum", "minimum",
    }
)  # fmt: skip
"""Operations whose result has each axis of the operand that is not stretched along it."""


def computed_from(observation: Observation, step: Step, tensor: Tensor, place: int) -> dict[Place, Tensor]:
    """The axes of weights that an axis follows, with the weights; none where what was sent takes part in the tensor.

    What is only laid over it, as the sums that a row is divided by, need not be known.
    """
    found: dict[Place, Tensor] = {}
    if not _of_weights_alone(observation, step, tensor):
        return found
    pending, seen = [(tensor, place % max(len(tensor.shape), 1))], set[Place]()
    while pending:
        given, axis = pending.pop()
        if (given.id, axis) in seen:
            continue
        seen.add((given.id, axis))
        maker = step.maker(given.id)
        if given.id in observation.stored:
            found[given.id, axis] = given
        elif maker is not None:
            pending += _behind(observation, maker, given, axis)
    return found


def _of_weights_alone(observation: Observation, step: Step, tensor: Tensor) -> bool:
    """Whether all that a tensor rests on are weights, and what the program makes by itself."""
    pending, seen = [tensor], set[int]()
    while pending:
        given = pending.pop()
        if given.id in seen or given.id in observation.stored:
            continue
        seen.add(given.id)
        maker = step.maker(given.id)
        if maker is None:
            return False
        pending += maker.tensors if observation.nodes[maker.node].op not in METADATA else ()
    return True


def _behind(observation: Observation, maker: Event, made: Tensor, axis: int) -> list[tuple[Tensor, int]]:
    """The operands' axes that an axis of a result is as long as; none where that is not known."""
    node, first = observation.nodes[maker.node], next(iter(maker.tensors), None)
    if first is None or node.op in METADATA:
        return []
    order = permutation(node, maker, len(first.shape))
    if order is not None:
        return [(first, order[axis])] if axis < len(order) else []
    if node.bare_name in _PRODUCTS:
        return _of_product(node, maker, axis - len(made.shape))
    return list(_lined_up(maker, made, axis)) if node.bare_name in _PLAIN else []


def _of_product(node: Node, maker: Event, axis: int) -> list[tuple[Tensor, int]]:
    """The rows of the first factor, or the columns of the second; `axis` is counted from the end."""
    first, second, *bias = maker.tensors
    if len(first.shape) < 2 or len(second.shape) < 2 or axis < -2:
        return []
    if axis == -2:
        return [(first, len(first.shape) - 2)]
    outputs = [(second, 0), *((b, 0) for b in bias)]
    return outputs if node.bare_name == "linear" else [(second, len(second.shape) - 1)]


def _lined_up(maker: Event, made: Tensor, axis: int) -> Iterator[tuple[Tensor, int]]:
    """The axes that lie on an axis of the result, of the operands that are not stretched along it."""
    for operand in maker.tensors:
        place = axis + len(operand.shape) - len(made.shape)
        whole = len(operand.shape) == len(made.shape)
        if whole and operand.shape[place] == made.shape[axis] > 1:
            yield operand, place
