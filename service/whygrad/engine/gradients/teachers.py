"""Whether what runs without gradients is a teacher: a copy that follows what is trained, and is not trained itself.

Mean teachers (https://arxiv.org/abs/1703.01780), BYOL (https://arxiv.org/abs/2006.07733) and DINO
(https://arxiv.org/abs/2104.14294) keep one, and deep Q-learning a target network. It either is written as a moving
average, or it is built like a module that is trained, and the loss compares what the two compute; mostly it holds, or
follows, the numbers of that module too. Of two towers that are only built alike, either could be meant to be trained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, finding
from whygrad.engine.gradients.uses import uses
from whygrad.engine.gradients.writes import derived, deriving, of_the_inputs, target
from whygrad.engine.observation import Event, Observation, Parameter, Tensor
from whygrad.engine.operands.targets import compared
from whygrad.engine.wording.phrases import owners, shared_path, subject


def may_be_teacher(observation: Observation, cut: Severed) -> bool:
    """Whether the parameters that a cut costs their gradient, all of it, are those of a teacher as far as can be told.

    It is one where it follows what is trained, and may be one where it is built like it and only compared with it.
    """
    return _whole(cut) and (
        follows(observation, cut.parameters)
        or (bool(_twins(observation, cut.parameters)) and _is_only_compared(observation, cut))
    )


def is_teacher(observation: Observation, cut: Severed) -> bool:
    """Whether a cut costs its gradient what follows what is trained, or holds its numbers and is compared with it."""
    return _whole(cut) and (
        follows(observation, cut.parameters)
        or (_is_copy(observation, cut.parameters) and _is_only_compared(observation, cut))
    )


def teacher_note(observation: Observation, cut: Severed, how: str) -> Finding:
    """The note that a cut costs a teacher its gradient, or what may be one; `how` is that it gets none."""
    lost, certain = owners(cut.parameters), is_teacher(observation, cut)
    found = finding(
        observation,
        cut,
        why=f"it {'is' if certain else 'may be'} a teacher, {how}",
        message=f"{subject(cut.parameters, 'follows')} what is trained: a teacher is right without a gradient. It is "
        "not frozen, though, so an optimiser may be given it."
        if certain
        else f"{subject(cut.parameters, 'is')} built like what is trained and only compared with it: a teacher is "
        "right without a gradient, and is to be frozen. Where it is to be trained as well, compute it with gradients.",
        chain=(Link(f"{cut.node.op} keeps the gradient from {lost}", cut.node.id),),
        fix=Fix(f"freeze {lost}: requires_grad_(False)" + ("" if certain else ", where it is a teacher")),
    )
    return replace(found, severity="note")


def _whole(cut: Severed) -> bool:
    return bool(cut.parameters) and not cut.part


def follows(observation: Observation, parameters: Sequence[Parameter]) -> bool:
    """Whether the program itself writes all of the parameters, without gradients, by what others computed."""
    own, silent = {p.tensor for p in parameters}, _written_silently(observation)
    if not own <= {into.id for into, _ in silent}:
        return False
    others = derived(observation, {p.tensor for p in observation.trainable} - own)
    return own <= {into.id for into, e in silent if any(t.id in others for t in e.tensors if t.id != into.id)}


@lru_cache(maxsize=8)
def _written_silently(observation: Observation) -> tuple[tuple[Tensor, Event], ...]:
    """What is written into without gradients, each time with the execution that does."""
    silent = (e for e in observation.first.events if e.completed and not e.grad_mode)
    return tuple((into, event) for event in silent if (into := target(observation, event)) is not None)


def _is_copy(observation: Observation, parameters: Sequence[Parameter]) -> bool:
    """Whether the matrices of the parameters hold, or follow, the numbers of those of what they are built like."""
    twins, modules = _twins(observation, parameters), _modules(parameters)
    matrices = [(root, p) for root, inside in modules.items() for p in inside if len(p.shape) > 1]
    return bool(twins and matrices) and all(_copies_one(p, root, twins[root]) for root, p in matrices)


def _copies_one(parameter: Parameter, root: str, twins: Collection[str]) -> bool:
    """Whether a parameter of a module holds the numbers of that of the same place in one of its twins."""
    place = parameter.name.removeprefix(root)
    return any(copy.endswith(place) and copy.removesuffix(place) in twins for copy in parameter.copies)


def _twins(observation: Observation, parameters: Sequence[Parameter]) -> Mapping[str, Collection[str]]:
    """For each module that holds the parameters those that are built alike and are trained; none where one lacks.

    A module is built like another where it has parameters of the same names and shapes, and no others.
    """
    found = {root: _built(observation).like(root) for root in _modules(parameters)}
    return found if all(found.values()) else {}


def _modules(parameters: Sequence[Parameter]) -> Mapping[str, Sequence[Parameter]]:
    """The parameters by the module that holds them all, or by the outermost ones where none but the model does."""
    root = shared_path([p.name.rpartition(".")[0] for p in parameters])
    if root:
        return {root: parameters}
    found: dict[str, list[Parameter]] = defaultdict(list)
    for parameter in parameters:
        found[parameter.name.partition(".")[0]].append(parameter)
    return found


class _Built:
    """Which modules are built alike and trained, by what they hold and where they stand."""

    def __init__(self, observation: Observation) -> None:
        inside: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
        for parameter in observation.parameters:
            parts = parameter.name.split(".")
            for depth in range(1, len(parts)):
                inside[".".join(parts[:depth])][".".join(parts[depth:])] = parameter.shape
        trained = {p.name for p in observation.trainable} - {p.name for p in observation.missing}
        self._own: dict[str, tuple[Hashable, ...]] = {}
        self._alike: dict[tuple[Hashable, ...], set[str]] = defaultdict(set)
        for module, shapes in inside.items():
            single, beside = not any("." in name for name in shapes), module.rpartition(".")[0]
            kind = (frozenset(shapes.items()), beside if single else None)
            self._own[module] = (*kind, next(iter(shapes)))
            for name in shapes:
                if f"{module}.{name}" in trained:
                    self._alike[*kind, name].add(module)

    def like(self, root: str) -> Collection[str]:
        """The modules that are built like that one and trained.

        A layer of its own is like many: its twin stands beside it, and is no part of what has more layers than it.
        """
        own = self._own.get(root)
        return self._alike.get(own, ()) if own is not None else ()


@lru_cache(maxsize=8)
def _built(observation: Observation) -> _Built:
    return _Built(observation)


def _is_only_compared(observation: Observation, cut: Severed) -> bool:
    """Whether what was computed behind a cut meets what is trained, and the loss, a number, is of nothing else.

    No weight is applied to it, and no target that is sent is held against what is made of both: then it is a part of
    what is predicted.
    """
    step, weights = observation.first, {p.tensor for p in observation.trainable}
    if [t.elements for t in step.outputs] != [1]:
        return False
    onward, met = uses(observation).onward((t.id for t in cut.event.outputs), after=cut.order), False
    for event in deriving(observation, onward):
        if not event.grad_mode:
            continue
        if weights & {t.id for t in event.tensors} or _has_target(observation, event, onward.tensors):
            return False
        met = met or _meet(event, onward.tensors)
    return met and step.outputs[0].id in onward.tensors


def _meet(event: Event, behind: Collection[int]) -> bool:
    """Whether an execution reads more than a number of what a teacher would give, and what is trained."""
    given = [t for t in event.tensors if t.id in behind and not t.requires_grad]
    return any(t.elements > 1 for t in given) and any(t.requires_grad for t in event.tensors)


def _has_target(observation: Observation, event: Event, behind: Collection[int]) -> bool:
    """Whether an execution holds what is made of both against something that is sent."""
    node = observation.nodes[event.node]
    holds = node.bare_name in ("sub", "rsub") or compared(node, event) is not None
    both = holds and any(t.id in behind and t.requires_grad for t in event.tensors)
    beside = (t for t in event.tensors if t.id not in behind and not t.requires_grad)
    return both and any(t.id in of_the_inputs(observation) for t in beside)
