"""Losses: what shape of target goes with a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from whygrad.engine.observation import Event, Node, Operand
from whygrad.engine.operands import value

_OF_CLASSES = frozenset({"cross_entropy_loss", "nll_loss", "nll_loss_nd", "nll_loss2d", "multi_margin_loss"})
_ALIKE = frozenset(
    {"binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div", "mse_loss", "l1_loss", "smooth_l1_loss"}
    | {"huber_loss", "soft_margin_loss", "multilabel_margin_loss", "hinge_embedding_loss", "poisson_nll_loss"}
)
_OF_PAIRS = frozenset({"cosine_embedding_loss"})

STRETCHING = frozenset({"broadcast_tensors"})
"""What `mse_loss` and its like do first to their input and target."""


@dataclass(frozen=True)
class Compared:
    """A prediction and its target. `classes` is set where the target names one of so many for each place.

    `paired`: the prediction is one of two whose rows are compared, and the target has a number for each pair.
    """

    input: Operand
    target: Operand
    classes: int | None
    ignored: int = -100
    paired: bool = False

    @property
    def places(self) -> tuple[int, ...]:
        """The shape of a target that goes with the prediction."""
        shape = self.input.tensor.shape
        if self.paired:
            return shape[:-1]
        return shape if self.classes is None else shape[:1] + shape[2:] if len(shape) > 1 else ()

    @property
    def fits(self) -> bool:
        """Whether the shapes go together, be it that the target is a probability for each class."""
        target = self.target.tensor
        likely = self.classes is not None and target.floating and target.shape == self.input.tensor.shape
        return likely or target.shape == self.places

    @property
    def beyond(self) -> tuple[int, int] | None:
        """The bounds of the classes named, where one is outside."""
        bounds = self.target.bounds
        if self.classes is None or bounds is None or self.target.tensor.floating:
            return None
        least, greatest = bounds
        return bounds if greatest >= self.classes or (least < 0 and least != self.ignored) else None


def compared(node: Node, event: Event) -> Compared | None:
    """What a loss compares; None for any other operation."""
    given = next((o for o in event.inputs if o.role in ("self", "input", "input1", "tensors[0]")), None)
    target = next((o for o in event.inputs if o.role in ("target", "tensors[1]")), None)
    if given is None or target is None:
        return None
    if node.bare_name in _OF_CLASSES:
        shape = given.tensor.shape
        ignored = value(node, event, "ignore_index", -100)
        return Compared(given, target, shape[1 if len(shape) > 1 else 0] if shape else 0, ignored)
    if node.bare_name in _OF_PAIRS:
        return Compared(given, target, None, paired=True)
    return Compared(given, target, None) if node.bare_name in _ALIKE | STRETCHING else None


def refitted(found: Compared) -> tuple[str, str] | None:
    """Which of the two to change, and by what expression over `x`, so that the shapes go together."""
    given, target = found.input.tensor.shape, found.target.tensor.shape
    if found.classes is None:
        return _alike(found.places, target)
    if len(given) == len(target) == 1 == target[0]:
        return "input", "x.unsqueeze(0)"
    if target == (*given[:-1],) and len(given) > 2:
        return "input", "x.transpose(1, 2)" if len(given) == 3 else "x.movedim(-1, 1)"
    if len(target) == len(given) and target[:1] + target[2:] == found.places and target[1] == 1:
        return "target", "x.squeeze(1)"
    if target == given and not found.target.tensor.floating:
        return "target", "x.argmax(1)"
    if len(target) == len(found.places) + 1 and target[-1] == 1 and target[:-1] == found.places:
        return "target", "x.squeeze(-1)"
    if len(given) == 2 and len(target) > 1 and prod(target) == given[0]:
        return "target", "x.reshape(-1)"
    if len(given) > 2 and len(target) == 1 and target[0] == prod(given[:-1]):
        return "input", "x.flatten(0, -2)"
    return None


def _alike(given: tuple[int, ...], target: tuple[int, ...]) -> tuple[str, str] | None:
    if (*target, 1) == given:
        return "input", "x.squeeze(-1)"
    if (*given, 1) == target:
        return "target", "x.squeeze(-1)"
    if target[:1] + target[2:] == given and target[1:2] == (1,):
        return "target", "x.squeeze(1)"
    if given[:1] + given[2:] == target and given[1:2] == (1,):
        return "input", "x.squeeze(1)"
    if len(given) == len(target) == 3 and (given[0], given[2], given[1]) == target:
        return "input", "x.transpose(1, 2)"
    if len(given) == 4 and (given[0], *given[2:], given[1]) == target:
        return "target", "x.movedim(-1, 1)"
    if 1 < len(target) < len(given) and given[: len(target)] == target:  # one for all places behind, as for each frame
        behind = given[len(target) :]
        kept = ", ".join(["-1"] * len(target) + [str(n) for n in behind])
        return "target", f"x[..., {', '.join(['None'] * len(behind))}].expand({kept})"
    if given[:1] != target[:1] or prod(given) != prod(target) or 2 not in (len(given), len(target)):
        return None
    return ("target" if len(given) == 2 else "input"), "x.flatten(1)"
