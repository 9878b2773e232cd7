"""Whether what runs without gradients is a teacher: a copy that follows what is trained, and is not trained itself.

Mean teachers (https://arxiv.org/abs/1703.01780), BYOL (https://arxiv.org/abs/2006.07733) and DINO
(https://arxiv.org/abs/2104.14294) keep one. It either is written as a moving average, or it is built like a module
that is trained, and the loss compares what the two compute.
"""

from __future__ import annotations

from collections.abc import Sequence

from whygrad.engine.gradients.cuts import Severed
from whygrad.engine.gradients.writes import target
from whygrad.engine.observation import Observation, Parameter
from whygrad.engine.wording.phrases import shared_path


def is_teacher(observation: Observation, cut: Severed) -> bool:
    """Whether the parameters that a cut costs their gradient are those of a teacher."""
    if not cut.parameters:
        return False
    return _follows(observation, cut.parameters) or (
        _has_twin(observation, cut.parameters) and _is_only_compared(observation, cut)
    )


def _follows(observation: Observation, parameters: Sequence[Parameter]) -> bool:
    """Whether the program itself writes all of the parameters, without gradients."""
    unrecorded = (e for e in observation.first.events if not e.grad_mode and e.completed)
    written = {t.id for e in unrecorded if (t := target(observation, e)) is not None}
    return all(p.tensor in written for p in parameters)


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
    """Whether no weight is applied to what was computed behind a cut, and the program ends it in a number, its loss."""
    step = observation.first
    weights = {p.tensor for p in observation.trainable}
    behind = {t.id for t in cut.event.outputs}
    for event in step.events[cut.order + 1 :]:
        if not behind & {t.id for t in event.tensors}:
            continue
        if event.grad_mode and weights & {t.id for t in event.tensors}:
            return False
        behind |= {t.id for t in event.outputs}
    return [t.elements for t in step.outputs] == [1] and step.outputs[0].id in behind
