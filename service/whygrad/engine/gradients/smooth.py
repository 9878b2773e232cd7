"""Smooth stand-ins for operations without a gradient, as expressions over their arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from whygrad.engine.edits import Replace
from whygrad.engine.observation import Event, Node, Observation


@dataclass(frozen=True)
class Smooth:
    """A differentiable twin: what it is called, and the expression that stands in place of the node."""

    name: str
    expression: str


def smooth(node: Node) -> Smooth | None:
    """The twin that a careful engineer would choose; None where there is no standard one."""
    make = _TWINS.get(node.bare_name)
    return make(node) if make is not None else None


def hit_or_miss(observation: Observation, node: Node, event: Event) -> tuple[Replace, ...]:
    """The edits by which `argmax(…) == target` is the probability of the target; none where that is not compared."""
    dim, chosen = node.literal("dim"), {t.id for t in event.outputs}
    if node.bare_name != "argmax" or not isinstance(dim, int) or node.literal("keepdim"):
        return ()
    for user in observation.first.events:
        compared = observation.nodes[user.node]
        scores = next((o.role for o in user.inputs if o.tensor.id in chosen), "")
        if compared.bare_name in ("eq", "ne") and scores in ("self", "other"):
            odds = _taken(user, scores, dim)
            missed = odds if compared.bare_name == "eq" else f"(1 - {odds})"
            return Replace(node.id, f"torch.softmax(self, {dim})"), Replace(compared.id, missed)
    return ()


def _taken(user: Event, scores: str, dim: int) -> str:
    """What one operand of a comparison holds for the class that the other one names: a number, or one for each."""
    wanted = "other" if scores == "self" else "self"
    if user.input(wanted) is None:
        return f"{scores}.select({dim}, int({wanted}))"
    return f"{scores}.gather({dim}, {wanted}.unsqueeze({dim})).squeeze({dim})"


def _position(sign: str) -> Callable[[Node], Smooth | None]:
    def make(node: Node) -> Smooth | None:
        dim = node.literal("dim")
        if not isinstance(dim, int):
            return None
        keep = f".unsqueeze({dim})" if node.literal("keepdim") else ""
        places = f"torch.arange(self.size({dim}), dtype=self.dtype, device=self.device)"
        weights = f"torch.softmax({sign}self, {dim}).movedim({dim}, -1)"
        return Smooth(f"the mean position along dimension {dim}, weighted by softmax", f"({weights} @ {places}){keep}")

    return make


def _comparison(left: str, right: str) -> Callable[[Node], Smooth]:
    return lambda _: Smooth("a sigmoid of the difference", f"torch.sigmoid({left} - {right})")


_TWINS: dict[str, Callable[[Node], Smooth | None]] = {
    "argmax": _position(""),
    "argmin": _position("-"),
    "gt": _comparison("self", "other"),
    "ge": _comparison("self", "other"),
    "lt": _comparison("other", "self"),
    "le": _comparison("other", "self"),
}
