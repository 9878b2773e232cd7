"""Two operands of the same sizes whose axes stand in different orders: channels last beside channels first."""

from __future__ import annotations

from whygrad.engine.edits import Replace, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation, Operand, Step
from whygrad.engine.wording.origins import called, made
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten
from whygrad.engine.wording.spelling import with_behind

_CONVERTING = frozenset({"to", "float", "type_as", "contiguous", "clone", "detach"})
_CALL = rf"(?:\w+\.)*one_hot\({ARGUMENTS}\)"


def in_order(observation: Observation, step: Step, node: Node, first: Operand, second: Operand) -> Fix | None:
    """The one that has its channels last, as `one_hot` gives its classes, with them where the other has its own.

    Where the sizes say it of both it is the one that is no prediction.
    """
    pairs = sorted(((first, second), (second, first)), key=lambda pair: pair[0].tensor.requires_grad)
    for given, other in pairs:
        shape = given.tensor.shape
        moved = (*shape[:1], *shape[-1:], *shape[1:-1])
        if len(shape) > 2 and moved == other.tensor.shape and given.role not in node.writes:
            return _moved(observation, step, node, given, other)
    return None


def _moved(observation: Observation, step: Step, node: Node, given: Operand, other: Operand) -> Fix:
    rank, encoder = len(given.tensor.shape), _one_hot(observation, step, given)
    order = ", ".join(map(str, (0, rank - 1, *range(1, rank - 1))))
    call = ".transpose(1, 2)" if rank == 3 else f".permute({order})"
    if encoder is not None:
        encoded = f"torch.nn.functional.one_hot(self, num_classes){call}"
        return Fix(
            f"one_hot puts its classes last: bring them to dimension 1 with {call[1:]}",
            before=observation.source(encoder.id),
            after=rewritten(observation.place(encoder.id), _CALL, lambda found: found[0] + call),
            edits=(Replace(encoder.id, encoded),),
        )
    return Fix(
        f"bring the axes of {called(observation, node, given)} into the order of {size(other.tensor)}: x{call}",
        after=with_behind(observation, node, given.role, call),
        edits=(Wrap(node.id, given.role, f"x{call}"),),
    )


def _one_hot(observation: Observation, step: Step, given: Operand) -> Node | None:
    """The node that encoded the classes which an operand is, through what only converts."""
    _, maker = made(step, {given.tensor.id})
    while maker is not None and observation.nodes[maker.node].bare_name in _CONVERTING and maker.tensors:
        _, maker = made(step, {maker.tensors[0].id} - {t.id for t in maker.outputs})
    node = observation.nodes[maker.node] if maker is not None else None
    return node if node is not None and node.op == "aten::one_hot" else None
