"""Which cuts are meant: what lost its history is a target, held against what is alive, or part of an estimate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from whygrad.engine.gradients.behind import results
from whygrad.engine.gradients.flow import Cut, Flow
from whygrad.engine.gradients.uses import uses
from whygrad.engine.gradients.writes import of_the_inputs
from whygrad.engine.observation import Node, Observation, Tensor
from whygrad.engine.operands.targets import STRETCHING

_COMPARING = frozenset(
    {"sub", "rsub", "mul", "div", "true_divide", "dot", "matmul", "mm", "bmm", "einsum", "linear", "cdist"}
    | {"cosine_similarity", "pairwise_distance", "kl_div"}
)
"""Operations that hold one value against another, or weigh it by it, beside every loss; a sum does not."""


@dataclass(frozen=True)
class Estimate:
    """The tensors, by their ids, of `made = through + (value - through).detach()`."""

    made: int
    through: int
    value: int


def stands_aside(observation: Observation, cut: Cut) -> bool:
    """Whether a dead value is only held against what is alive, behind the last weights on the way to the loss.

    So the target of a contrastive loss, and the advantage that weighs a policy. What goes on into a layer is the input
    of that layer, and what is a term of the loss by itself trains nothing: neither is meant to be dead.
    """
    dead, alive = set(cut.dead), set[int]()
    onward, held_against = uses(observation).onward(dead, after=cut.event), False
    for event in onward:
        read = {t.id for t in event.tensors}
        node = observation.nodes[event.node]
        made = results(event, node)
        living = {t.id for t in made if t.requires_grad}
        others = [t for t in event.tensors if t.requires_grad and t.id not in alive] if living else []
        if any(_is_weight(observation, t) for t in others):
            return False
        if not living or node.bare_name in STRETCHING:
            dead |= {t.id for t in made} - living
            onward.follow({t.id for t in made} - living)
            continue
        alive |= living
        onward.follow(living)
        if read & dead and not _compares(node):
            return False
        held_against |= bool(read & dead)
    return held_against


def taught(observation: Observation, ways: Flow, cut: Cut) -> int:
    """The parameters that learn from a dead value, as their layers are given it, or held against it: a bit each."""
    onward, bits = uses(observation).onward(cut.dead, after=cut.event), 0
    for event in onward:
        made = results(event, observation.nodes[event.node])
        if not any(t.requires_grad for t in made):
            onward.follow(t.id for t in made)
            continue
        compares = _compares(observation.nodes[event.node])
        for learning in (t for t in event.tensors if t.requires_grad and (compares or _is_weight(observation, t))):
            bits |= ways.alive[learning.id]
    return bits


def estimated(observation: Observation, read: Sequence[Tensor], dead: Collection[int]) -> Estimate | None:
    """The straight-through estimate whose detach read and left these; None where it is that of none."""
    sources = {t.id for t in read}
    taken: dict[int, int] = {}
    for event in uses(observation).made(sources):
        other, value = event.input("other"), event.input("self")
        if observation.nodes[event.node].bare_name == "sub" and other is not None and value is not None:
            taken[other.id] = value.id
    for event in uses(observation).read(dead):
        through = taken.keys() & {t.id for t in event.tensors}
        if observation.nodes[event.node].bare_name == "add" and through and event.outputs:
            return Estimate(event.outputs[0].id, min(through), taken[min(through)])
    return None


def _compares(node: Node) -> bool:
    return node.bare_name in _COMPARING or "_loss" in node.bare_name


def _is_weight(observation: Observation, tensor: Tensor) -> bool:
    """Whether a tensor that is alive is a parameter, or made of parameters alone."""
    return tensor.id not in of_the_inputs(observation)
