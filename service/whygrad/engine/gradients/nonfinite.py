"""Where NaN and infinity come from: in the forward, and in the backward of a forward that is finite.

Infinities that the program writes down itself (an attention mask) are meant, and so is what they give as long as
that is no NaN. What a later operation absorbs (a softmax, a `where`) does not count in the forward; in the backward
it may come back. A number divided by infinity is no longer itself either: where that 0 gives infinity again, as in a
logarithm, the first infinity is the cause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from whygrad.engine.finding import Finding, Fix, Link, Related, names
from whygrad.engine.gradients.backward import Backward, kind
from whygrad.engine.gradients.origins import Origins, finite
from whygrad.engine.gradients.stops import flow
from whygrad.engine.observation import Event, Node, Numbers, Observation, Parameter, Step, Tensor

_HIDING = frozenset({"Where", "MaskedFill", "NanToNum", "MaskedScatter", "IndexPut", "MaskedSelect"})
_MASKING = _HIDING | {"Mul", "Index", "Clamp", "ClampMin", "ClampMax", "Threshold", "Relu", "Nansum", "Nanmedian"}
_ROUTINE = (
    "Sum",
    "Nansum",
    "Mean",
    "Neg",
    "View",
    "UnsafeView",
    "ReshapeAlias",
    "Expand",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Permute",
    "T",
)


@dataclass(frozen=True)
class Spoiler:
    """An execution that made NaN or infinity out of numbers, and the parameters whose gradient that costs.

    `hider` is the operation that hides it from the result. `function` is torch's name of the derivative, where it
    is the backward that made it. `infinity` is the execution that wrote an infinity which it was given, as was meant.
    `spreads` is the operation that multiplies a gradient with what this one made, where that alone spoils it.
    """

    order: int
    event: Event
    node: Node
    parameters: tuple[Parameter, ...]
    hider: Node | None = None
    function: str = ""
    reaches_loss: bool = True
    infinity: Event | None = None
    spreads: Node | None = None

    def operand(self, role: str) -> Numbers | None:
        """What numbers the operand in that role held."""
        tensor = self.event.input(role)
        return tensor.numbers if tensor is not None else None

    @property
    def spoils_forward(self) -> bool:
        """Whether a result of the forward, too, is not finite."""
        return not all(finite(t) for t in self.event.outputs)

    @property
    def result(self) -> Tensor | None:
        """The first of its results that is not finite, else the first."""
        return next((t for t in self.event.outputs if not finite(t)), next(iter(self.event.outputs), None))


def close_step(observation: Observation) -> Step | None:
    """The step that was looked at closely."""
    return observation.judged.close if observation.judged is not None else None


def broken(observation: Observation, step: Step) -> tuple[Parameter, ...]:
    """The parameters whose gradient is not finite."""
    states = step.gradients
    return tuple(p for p in observation.trainable if p.name in states and states[p.name].state == "non-finite")


def finding(
    spoiler: Spoiler,
    *,
    title: str,
    message: str,
    chain: Sequence[Link],
    fixes: Sequence[Fix],
    related: Sequence[Related] = (),
    explains: frozenset[int] = frozenset(),
) -> Finding:
    """The finding of an execution that made NaN or infinity; the first of the fixes is the one proposed."""
    return Finding(
        title=title,
        message=message,
        node=spoiler.node.id,
        event=spoiler.event,
        order=spoiler.order,
        parameters=names(spoiler.parameters),
        related=tuple(related),
        chain=tuple(chain),
        fix=fixes[0],
        other_fixes=tuple(fixes[1:]),
        explains=explains,
    )


def written(observation: Observation, spoiler: Spoiler) -> tuple[Link, ...]:
    """The operation that wrote the infinity, where one was given."""
    if spoiler.infinity is None:
        return ()
    writer = observation.nodes[spoiler.infinity.node]
    return (Link(f"{writer.name} writes an infinity, which {spoiler.node.bare_name} is given", writer.id),)


@lru_cache(maxsize=8)
def spoiled_results(observation: Observation) -> tuple[Spoiler, ...]:
    """The executions that first made a number of an output or of the loss non-finite, in their order."""
    step = close_step(observation)
    if step is None or not step.spoiled:
        return ()
    origins = Origins(observation, step)
    to_loss = origins.of_all(_made_into_loss(step))
    everywhere = to_loss | origins.of_all(t for t in step.outputs if t.id in step.spoiled)
    suffering = broken(observation, step)
    return tuple(
        _spoiler(observation, step, order, suffering, origins.meant(order), reaches_loss=order in to_loss)
        for order in sorted(everywhere)
    )


@lru_cache(maxsize=8)
def refused_numbers(observation: Observation) -> tuple[Spoiler, ...]:
    """The executions that made the NaN or infinity for which a later one, or a check of the program's, raised."""
    step = close_step(observation)
    if step is None or step.error is None:
        return ()
    read = step.failure.tensors if step.failure is not None else ()
    origins, wanting = Origins(observation, step), observation.trainable
    made = origins.of_all(read or (t for event in step.events for t in event.outputs))
    return tuple(_spoiler(observation, step, o, wanting, origins.meant(o), reaches_loss=True) for o in sorted(made))


@lru_cache(maxsize=8)
def spoiled_gradients(observation: Observation) -> tuple[Spoiler, ...]:
    """The executions whose derivative made a finite gradient non-finite, where the loss itself is finite."""
    step = close_step(observation)
    if step is None or any(found.reaches_loss for found in spoiled_results(observation)):
        return ()
    backward = Backward(step)
    groups: dict[int, list[Parameter]] = {}
    functions: dict[int, int] = {}
    for parameter in observation.trainable:
        for number in _to_blame(backward, parameter, step):
            event = step.functions[number].event
            if event is not None:
                functions.setdefault(event, number)
                groups.setdefault(event, []).append(parameter)
    origins = Origins(observation, step)
    found = (
        _hidden(observation, step, backward, functions[order], tuple(groups[order]), origins.meant(order))
        for order in sorted(groups)
    )
    return _merged(observation, [each for one in found for each in _where_made(observation, step, origins, one)])


def _where_made(observation: Observation, step: Step, origins: Origins, spoiler: Spoiler) -> list[Spoiler]:
    """Of one that was given NaN or infinity already, all of it hidden, the executions that made that of numbers."""
    made = origins.of_all(spoiler.event.tensors) if spoiler.hider is not None else frozenset()
    events = [(order, step.events[order]) for order in sorted(made) if step.events[order].inputs]
    return [
        replace(spoiler, order=order, event=event, node=observation.nodes[event.node], spreads=spoiler.node)
        for order, event in events
    ] or [spoiler]


def _merged(observation: Observation, found: Sequence[Spoiler]) -> tuple[Spoiler, ...]:
    """The spoilers in their order, each execution once, with all that it costs a gradient."""
    first: dict[int, Spoiler] = {}
    lost: dict[int, set[str]] = defaultdict(set)
    for spoiler in found:
        lost[spoiler.order] |= {p.name for p in spoiler.parameters}
        known = first.setdefault(spoiler.order, spoiler)
        if known.spreads is not None and spoiler.spreads is None:  # it spoils one by itself, too
            first[spoiler.order] = spoiler
    return tuple(
        replace(first[order], parameters=tuple(p for p in observation.trainable if p.name in lost[order]))
        for order in sorted(first)
    )


def _to_blame(backward: Backward, parameter: Parameter, step: Step) -> set[int]:
    """The functions that spoilt the gradient of a parameter, also where a mask on the way made it zero again."""
    state = step.gradients.get(parameter.name)
    if state is not None and state.state == "non-finite":
        return backward.spoilers(parameter.tensor)
    if state is None or state.norm != 0.0:
        return set()
    lost = [d.function for d in backward.deaths(parameter.tensor) if d.how == "not-finite"]
    return set().union(*(backward.spoilers_above(f) for f in lost))


def _made_into_loss(step: Step) -> list[Tensor]:
    """The tensors that the loss was made of, if it is spoiled."""
    if step.loss is None or step.loss.id not in step.spoiled:
        return []
    return [t for t in step.outputs if t.id in step.reads] + [step.loss]


def _spoiler(
    observation: Observation,
    step: Step,
    order: int,
    suffering: tuple[Parameter, ...],
    infinity: int | None,
    *,
    reaches_loss: bool,
) -> Spoiler:
    event = step.events[order]
    lost = {*suffering, *_silenced(observation, step, event)} if reaches_loss else set()
    parameters = tuple(p for p in observation.trainable if p in lost)
    written = step.events[infinity] if infinity is not None else None
    node = observation.nodes[event.node]
    return Spoiler(order, event, node, parameters, reaches_loss=reaches_loss, infinity=written)


def _silenced(observation: Observation, step: Step, event: Event) -> list[Parameter]:
    """The parameters behind an execution that get nothing at all, while the loss is not finite."""
    ways, mask = flow(observation), 0
    for tensor in next((e.tensors for e in observation.first.events if e.node == event.node), ()):
        mask |= ways.alive[tensor.id]
    gradients = step.gradients
    return [
        p for p in observation.trainable if ways.bit(p) & mask and p.name in gradients and gradients[p.name].norm == 0.0
    ]


def _hidden(
    observation: Observation,
    step: Step,
    backward: Backward,
    number: int,
    parameters: tuple[Parameter, ...],
    infinity: int | None,
) -> Spoiler:
    """A spoiler of the backward, with what hides the trouble from the forward, or its derivative from the loss."""
    function = step.functions[number]
    assert function.event is not None
    event = step.events[function.event]
    hider = next(_hiders(step, backward, number, function.event), None)
    node = observation.nodes[step.events[hider].node] if hider is not None else None
    return Spoiler(
        function.event,
        event,
        observation.nodes[event.node],
        parameters,
        hider=node,
        function=kind(function),
        infinity=step.events[infinity] if infinity is not None else None,
    )


def _hiders(step: Step, backward: Backward, number: int, own: int) -> Iterator[int]:
    """The executions behind a spoiler that hide what it does, nearest first; what is still not finite hides nothing."""
    visible = all(finite(t) for t in step.events[own].outputs)
    for above in backward.above(number):
        named, order = kind(step.functions[above]), step.functions[above].event
        if order is not None and order != own and named in (_MASKING if not visible else _HIDING):
            if visible or all(finite(t) for t in step.events[order].outputs):
                yield order
        elif visible and named not in _ROUTINE:
            return
