"""Where each history stops on a way to the loss, and how: at which operation, or in which region without gradients."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import Literal

from whygrad.engine.gradients.flow import DETACHING, Cut, Flow
from whygrad.engine.gradients.scalars import TAKERS
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operations import CASTS

Cause = Literal["detached", "no-grad", "rebuilt", "cast", "not-differentiable", "fresh leaf"]

Place = tuple[int, Cause]
"""What makes two cuts one: the operation, or the region without gradients, and how it cuts."""

_LEAF_MAKERS = frozenset({"aten::tensor", "aten::requires_grad_"})


@lru_cache(maxsize=8)
def flow(observation: Observation) -> Flow:
    """The flow of the first step."""
    return Flow(observation, observation.first)


@lru_cache(maxsize=8)
def selecting_flow(observation: Observation) -> Flow:
    """The flow of the first step, with what only selects."""
    return Flow(observation, observation.first, selecting=True)


@lru_cache(maxsize=8)
def standing(observation: Observation) -> Mapping[Cut, Place]:
    """Where each cut stands that is on a way to the loss."""
    both = (*flow(observation).relevant, *selecting_flow(observation).relevant)
    return {cut: _place(observation, cut) for cut in both}


def _place(observation: Observation, cut: Cut) -> Place:
    """The region without gradients that a cut stands in, else its operation."""
    event = observation.first.events[cut.event]
    cause = cause_of(observation, cut)
    leaf = fresh_leaf(observation, cut)
    if leaf is not None:
        return observation.first.events[leaf].node, cause
    region = no_grad_region(observation, event) if cause == "no-grad" else None
    return (region.id if region is not None else event.node, cause)


def no_grad_region(observation: Observation, event: Event) -> Node | None:
    """The context manager, or the call, that turned gradients off for an execution."""
    node = observation.nodes[event.node]
    managers = [observation.nodes[n] for n in node.regions]
    for manager in managers:
        if "grad_mode" in manager.arguments[0].type or "inference_mode" in manager.arguments[0].type:
            return manager
    switches = _switches(observation)
    before = bisect_left(switches, node.id)
    return observation.nodes[switches[before - 1]] if before else None


@lru_cache(maxsize=8)
def _switches(observation: Observation) -> tuple[int, ...]:
    """The calls that turn gradients on or off."""
    return tuple(n.id for n in observation.nodes if n.op == "aten::set_grad_enabled")


def fresh_leaf(observation: Observation, cut: Cut) -> int | None:
    """The execution that made a leaf of what was cut, so that backward ends there; None where none did."""
    makers = _leaf_makers(observation)
    behind = makers[bisect_left(makers, (cut.event, 0)) :]
    return next((index for index, parameters in behind if parameters & cut.parameters), None)


@lru_cache(maxsize=8)
def _leaf_makers(observation: Observation) -> tuple[tuple[int, int], ...]:
    """The executions on a way to the loss that made a leaf, in their order, each with the bits of the parameters whose
    value it holds.
    """
    events, ways = observation.first.events, flow(observation)
    found: dict[int, int] = {}
    for index in sorted(ways.needed):
        made = [t for t in events[index].outputs if t.leaf and t.requires_grad]
        if observation.nodes[events[index].node].op in _LEAF_MAKERS and made:
            found[index] = reduce(or_, (ways.value[t.id] for t in made))
    return tuple(found.items())


def cause_of(observation: Observation, cut: Cut) -> Cause:
    """How a cut ends the history."""
    event = observation.first.events[cut.event]
    op = observation.nodes[event.node].op
    if fresh_leaf(observation, cut) is not None:
        return "fresh leaf"
    if not event.grad_mode:
        return "no-grad"
    if op in DETACHING:
        return "detached"
    if op in TAKERS:
        return "rebuilt"
    return (
        "cast" if op.startswith("aten::") and observation.nodes[event.node].bare_name in CASTS else "not-differentiable"
    )
