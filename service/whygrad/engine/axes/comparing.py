"""What holds two tensors of one shape against one another: the operations, by their bare names, and their operands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from whygrad.engine.axes.layouts import Layouts
from whygrad.engine.observation import Event, Node, Observation, Operand, Tensor
from whygrad.engine.operations import SCALING

LOSSES = frozenset(
    {
        "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "kl_div", "soft_margin_loss",
        "binary_cross_entropy_with_logits", "poisson_nll_loss", "gaussian_nll_loss", "hinge_embedding_loss",
    }
)  # fmt: skip
"""Losses of a prediction and a target of its shape."""

ADDING = frozenset({"sub", "rsub", "subtract", "add"})
WEIGHING = SCALING | {"multiply"}

COMPARING = ADDING | WEIGHING | {"eq", "ne", "lt", "le", "gt", "ge", "not_equal"}
"""Elementwise operations by which two tensors are compared, or one is weighed by the other."""

SELECTING = frozenset({"masked_select"})
"""Operations that take some entries of one tensor where another, of its shape, says so."""

_TWO_SIDED = LOSSES | COMPARING | SELECTING


@dataclass(frozen=True)
class Side:
    """One of the two operands as it was before it was stretched: where it is an argument, and its place there.

    `of_loss` is its role in the loss or difference itself.
    """

    node: int
    role: str
    place: int
    tensor: Tensor
    of_loss: str

    @property
    def given(self) -> Operand:
        """It as an operand of the node that it is an argument of."""
        return Operand(self.role, self.tensor)

    @property
    def compared(self) -> Operand:
        """It as an operand of the loss or difference itself."""
        return Operand(self.of_loss, self.tensor)


def sides(observation: Observation, known: Layouts, node: Node, event: Event) -> tuple[Side, Side] | None:
    """The two operands of a loss or of a difference, as they are given; None for any other operation."""
    if _brought_together(observation, known, node, event):
        one, two = (Side(node.id, o.role, place, o.tensor, o.role) for place, o in enumerate(event.inputs))
        return one, two
    if node.bare_name not in _TWO_SIDED:
        return None
    roles = [("self", "input"), ("target", "other", "mask")]
    found = [o for names in roles for o in event.inputs if o.role in names]
    if len(found) != 2:
        return None
    first, second = (_unstretched(observation, known, node, o, place) for place, o in enumerate(found))
    return first, second


def _brought_together(observation: Observation, known: Layouts, node: Node, event: Event) -> bool:
    """Whether two tensors are stretched to each other, of which one picks from the other: `Categorical.log_prob`."""
    if node.bare_name != "broadcast_tensors" or len(event.inputs) != 2:
        return False
    made = [t for t in event.outputs if t not in event.tensors]
    readers = [e for t in made for e in known.readers.get(t.id, ())]
    onward = (e for r in readers for t in r.outputs if t not in r.tensors for e in known.readers.get(t.id, ()))
    return any(observation.nodes[e.node].bare_name == "gather" for e in chain(readers, onward))


def _unstretched(observation: Observation, known: Layouts, node: Node, operand: Operand, place: int) -> Side:
    """An operand before the loss's own function stretched it."""
    maker = known.maker(operand.tensor)
    if maker is not None and observation.nodes[maker.node].bare_name == "broadcast_tensors":
        given = maker.inputs[[t.id for t in maker.outputs].index(operand.tensor.id)]
        return Side(maker.node, given.role, place, given.tensor, operand.role)
    return Side(node.id, operand.role, place, operand.tensor, operand.role)
