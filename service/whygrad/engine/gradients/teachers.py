"""Whether what runs without gradients is a teacher: a copy that follows what is trained, and is not trained itself.

Mean teachers (https://arxiv.org/abs/1703.01780), BYOL (https://arxiv.org/abs/2006.07733) and DINO
(https://arxiv.org/abs/2104.14294) keep one. It either is written as a moving average, or it is built like a module
that is trained, and the loss compares what the two compute.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from whygrad.engine.gradients.cuts import Severed
from whygrad.engine.gradients.writes import target
from whygrad.engine.observation import Event, Observation, Parameter
from whygrad.engine.operands.targets import compared
from whygrad.engine.wording.phrases import shared_path


def is_teacher(observation: Observation, cut: Severed) -> bool:
    """Whether the parameters that a cut costs their gradient, all of it, are those of a teacher."""
    if cut.part or not cut.parameters:
        return False
    return follows(observation, cut.parameters) or (
        _has_twin(observation, cut.parameters) and _is_only_compared(observation, cut)
    )


def follows(observation: Observation, parameters: Sequence[Parameter]) -> bool:
    """Whether the program itself writes all of the parameters, without gradients, by what others computed."""
    own = {p.tensor for p in parameters}
    others = _derived(observation, {p.tensor for p in observation.trainable} - own)
    written = set()
    for event in observation.first.events:
        into = target(observation, event) if event.completed and not event.grad_mode else None
        if into is not None and any(t.id in others for t in event.tensors if t.id != into.id):
            written.add(into.id)
    return own <= written


def _has_twin(observation: Observation, parameters: Sequence[Parameter]) -> bool:
    """Whether a module that is trained has parameters of the same names and shapes."""
    root = shared_path([p.name.rpartition(".")[0] for p in parameters])
    if not root:
        return False
    inside = {p.name.removeprefix(f"{root}."): p.shape for p in parameters}
    missing = {p.name for p in observation.missing}
    trained = {p.name: p.shape for p in observation.trainable if p.name not in missing}
    first = next(iter(inside))
    twins = [name.removesuffix(f".{first}") for name in trained if name.endswith(f".{first}")]
    return any(all(trained.get(f"{twin}.{name}") == shape for name, shape in inside.items()) for twin in twins)


def _is_only_compared(observation: Observation, cut: Severed) -> bool:
    """Whether what was computed behind a cut meets what is trained, and the loss, a number, is of nothing else.

    No weight is applied to it, and no target that is sent is held against what is made of both: then it is a part of
    what is predicted.
    """
    step, weights = observation.first, {p.tensor for p in observation.trainable}
    behind = _derived(observation, {t.id for t in cut.event.outputs})
    sent = _derived(observation, {t.id for t in step.inputs})
    readers = [e for e in step.events[cut.order + 1 :] if e.grad_mode and behind & {t.id for t in e.tensors}]
    if any(weights & {t.id for t in e.tensors} or _has_target(observation, e, behind, sent) for e in readers):
        return False
    ends = [t.elements for t in step.outputs] == [1] and step.outputs[0].id in behind
    return ends and any(_meet(event, behind) for event in readers)


def _derived(observation: Observation, tensors: Collection[int]) -> frozenset[int]:
    """These tensors, and all that is computed of them; what an execution only hands on is not."""
    found = set(tensors)
    for event in observation.first.events:
        read, into = {t.id for t in event.tensors}, target(observation, event)
        if read & found:
            found |= {t.id for t in event.outputs if t.id not in read or (into is not None and t.id == into.id)}
    return frozenset(found)


def _meet(event: Event, behind: frozenset[int]) -> bool:
    """Whether an execution reads more than a number of what a teacher would give, and what is trained."""
    given = [t for t in event.tensors if t.id in behind and not t.requires_grad]
    return any(t.elements > 1 for t in given) and any(t.requires_grad for t in event.tensors)


def _has_target(observation: Observation, event: Event, behind: frozenset[int], sent: frozenset[int]) -> bool:
    """Whether an execution holds what is made of both against something that is sent."""
    node = observation.nodes[event.node]
    holds = node.bare_name in ("sub", "rsub") or compared(node, event) is not None
    both = any(t.id in behind and t.requires_grad for t in event.tensors)
    return holds and both and any(t.id in sent - behind and not t.requires_grad for t in event.tensors)
