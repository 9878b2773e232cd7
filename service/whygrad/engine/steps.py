"""What one pass saw of each training step: frozen plain facts, and who made and who reads its tensors."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from whygrad.engine.facts import Clobbered, Event, Function, Saved, Tensor
from whygrad.engine.passes import PassName

GradientState = Literal["ok", "none", "zero", "non-finite"]


@dataclass(frozen=True)
class Gradient:
    """What one parameter received in one step; `norm` is None where it is not known or not finite.

    `blank`: from which row to before which it holds zeros alone; None where that is unknown, or too many to tell.
    """

    state: GradientState
    norm: float | None = None
    blank: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True)
class Error:
    """What a forward or backward raised. `node` is the operation, where it is known."""

    stage: Literal["forward", "loss", "backward"]
    kind: str
    message: str
    node: int | None = None


@dataclass(frozen=True)
class Step:
    """One training step: the events of its forward, the loss and its backward.

    `inputs` are the tensors sent, in the order in which the request describes them, `outputs` those returned;
    `reads` are the ids of what the loss was made of. `exposed` are the saved tensors that a write through
    `.data` can reach. `unlisted` counts events beyond the bound. `spoiled` are the
    ids of those outputs, and the loss, that hold NaN or infinity. `functions` are there where it was looked at closely.
    """

    events: tuple[Event, ...]
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    reads: tuple[int, ...] = ()
    loss: Tensor | None = None
    error: Error | None = None
    gradients: Mapping[str, Gradient] = field(default_factory=dict)
    clobbered: tuple[Clobbered, ...] = ()
    exposed: tuple[Saved, ...] = ()
    unlisted: int = 0
    spoiled: tuple[int, ...] = ()
    functions: tuple[Function, ...] = ()

    @property
    def forward_completed(self) -> bool:
        """Whether the forward ran to its end."""
        return self.error is None or self.error.stage in ("loss", "backward")

    @property
    def failure(self) -> Event | None:
        """The execution that raised, if one did."""
        return self.events[-1] if self.events and not self.events[-1].completed else None

    @cached_property
    def makers(self) -> Mapping[int, Sequence[int]]:
        """The events, by their indices and in their order, that gave each tensor, by its id."""
        return _indexed({t.id for t in event.outputs} for event in self.events)

    @cached_property
    def readers(self) -> Mapping[int, Sequence[int]]:
        """The events, by their indices and in their order, that read each tensor, by its id."""
        return _indexed({t.id for t in event.tensors} for event in self.events)

    @cached_property
    def memories(self) -> Mapping[int, Sequence[int]]:
        """The events, by their indices and in their order, whose results lie in each memory."""
        return _indexed({t.storage for t in event.outputs} for event in self.events)

    @cached_property
    def memories_read(self) -> Mapping[int, Sequence[int]]:
        """The events, by their indices and in their order, that read a tensor in each memory."""
        return _indexed({t.storage for t in event.tensors} for event in self.events)

    @cached_property
    def clobbered_in(self) -> Mapping[int, Sequence[Clobbered]]:
        """What was changed after it was saved, by the memory that it lies in."""
        found: dict[int, list[Clobbered]] = defaultdict(list)
        for spoiled in self.clobbered:
            found[spoiled.storage].append(spoiled)
        return dict(found)

    def maker(self, tensor: int) -> Event | None:
        """The last event that gave a tensor, by its id; None where none did."""
        made = self.makers.get(tensor)
        return self.events[made[-1]] if made else None

    def lineage(self, tensor: int) -> Iterator[Event]:
        """The event that gave a tensor, that which gave its first operand, and so on: each before the last.

        What writes in place, or gives back what it was given, has the tensor itself behind it.
        """
        index = len(self.events)
        while (place := bisect_left(self.makers.get(tensor, ()), index)) > 0:
            index = self.makers[tensor][place - 1]
            event = self.events[index]
            yield event
            if not event.inputs:
                return
            tensor = event.tensors[0].id

    def sent_behind(self, tensor: int) -> frozenset[int]:
        """The tensors sent, by their ids, that a tensor is made of by the first operands; itself where it was sent."""
        behind = {tensor, *(t.id for event in self.lineage(tensor) for t in event.tensors[:1])}
        return frozenset(behind & {t.id for t in self.inputs})

    @cached_property
    def executions(self) -> Mapping[int, Sequence[int]]:
        """The events of each node, by their indices and in their order."""
        return _indexed({event.node} for event in self.events)


def _indexed(each: Iterable[Iterable[int]]) -> Mapping[int, Sequence[int]]:
    """For each number the places at which it stands among others."""
    found: dict[int, list[int]] = defaultdict(list)
    for place, numbers in enumerate(each):
        for number in numbers:
            found[number].append(place)
    return dict(found)


@dataclass(frozen=True)
class Pass:
    """One pass over the program, or why there was none.

    Where something is off with the numbers, `close` is the step that shows it, run again with a look at each of
    them; `double` the same in double precision, in which rounding disappears and a small gradient does not.
    """

    name: PassName
    ran: bool
    why_not: str | None = None
    ms: float = 0.0
    steps: tuple[Step, ...] = ()
    close: Step | None = None
    double: Step | None = None


@dataclass(frozen=True)
class Departure:
    """A call under torch's optimising executor that did not give the observed gradients of the first step.

    `gradients` are what the parameters that differ received there; `error` is what it raised, where it did. With
    `nodes` kept out of the executor's hands it gives what was observed; empty where no few of them are found.
    `hidden` is an operation whose own derivative is not finite, which the program as it is written hides.
    """

    call: int
    gradients: Mapping[str, Gradient]
    error: Error | None = None
    nodes: tuple[int, ...] = ()
    hidden: int | None = None
