"""Where the values of parameters go: which operations they reach alive, where they die, what the loss needs.

A tensor is *alive* for a parameter where a gradient could flow from it back to the parameter. Values are followed
further than gradients: through detached tensors, through numbers taken out of tensors, through memory that is
written in place. All parameters are followed at once, one bit each, in one sweep over the events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from whygrad.engine.gradients.behind import Makers, Search, Start, results
from whygrad.engine.gradients.scalars import TAKERS, Scalars, carried
from whygrad.engine.observation import Event, Node, Observation, Operand, Parameter, Step, Tensor
from whygrad.engine.operations import INDICES, METADATA

DETACHING = frozenset({"aten::detach", "aten::detach_", "aten::detach_copy", "prim::data", "aten::data"})
"""Operations that return the same numbers without their history."""

_SELECTORS = INDICES | {"mask", "condition", "idx", "target", "attn_mask", "key_padding_mask"}


@dataclass(frozen=True)
class Cut:
    """An execution with a live input and a dead output: the ids of its dead tensors, none where it gave a number.

    `write` is the execution that wrote into what it had detached.
    """

    event: int
    parameters: int
    dead: frozenset[int] = frozenset()
    write: int | None = None

    @property
    def ends(self) -> int:
        """The execution in which the history ends."""
        return self.event if self.write is None else self.write


class Flow:
    """The flow of values in one step. `selecting` also follows values that only select others (indices, masks)."""

    def __init__(self, observation: Observation, step: Step, *, selecting: bool = False) -> None:
        self.observation = observation
        self.step = step
        self._selecting = selecting
        self._bits = {p.tensor: 1 << i for i, p in enumerate(observation.trainable)}
        self._scalars = Scalars(observation.nodes, selecting=selecting)
        self.alive: dict[int, int] = defaultdict(int, self._bits)
        self.value: dict[int, int] = defaultdict(int, self._bits)
        self.cuts: list[Cut] = []
        self._reached: list[tuple[int, int]] = []
        self.read: int = 0
        self.users: dict[int, int] = {}
        self._written: dict[int, int] = defaultdict(int)
        self._taken: dict[int, tuple[int, int]] = {}
        self._detached: dict[int, int] = {}
        for index, event in enumerate(step.events):
            if event.completed:
                self._pass_through(index, event)

    @property
    def needed(self) -> frozenset[int]:
        """The indices of the events whose result the loss depends on."""
        return self._needs[0]

    @cached_property
    def _needs(self) -> tuple[frozenset[int], frozenset[int]]:
        """The events and the tensors that the loss depends on."""
        events, tensors = self.behind(self._read)
        return events, tensors | {t.id for t in self._read.tensors} | set(self.step.reads)

    @cached_property
    def _read(self) -> Start:
        """The tensors that the loss reads, or the numbers, by their values, where the step gave nothing else."""
        wanted = set(self.step.reads) or {t.id for t in self.step.outputs}
        numbers: frozenset[int] = frozenset()
        if not self.step.outputs and self.observation.returns is not None:
            numbers = self.sources(self.observation.returns)
        return Start([t for t in self.step.outputs if t.id in wanted], numbers)

    @cached_property
    def last_cuts(self) -> frozenset[int]:
        """The indices of the events behind which the way to the loss is not cut again: to heal one is enough."""
        events, _ = self.behind(self._read, stops=self.whole_cuts)
        return frozenset(c.event for c in self.relevant if c.ends in events)

    @cached_property
    def whole_cuts(self) -> frozenset[int]:
        """The indices of the events on a way to the loss whose whole result a cut leaves without history."""
        return frozenset(
            c.ends
            for c in self.relevant
            if c.dead >= {t.id for t in self.step.events[c.ends].outputs} or c.write is not None
        )

    def behind(self, *starts: Start, stops: Collection[int] = ()) -> tuple[frozenset[int], frozenset[int]]:
        """The events, and the ids of the tensors, that all of the starts depend on, found in one walk.

        Nothing counts that only `stops` depend on.
        """
        search = Search(self._makers)
        for start in starts:
            search.want(start)
        for index in search.events():
            if index not in stops:
                event = self.step.events[index]
                search.want(Start(self._carrying(event), self._given(self._node(event)), index))
        return frozenset(search.found), frozenset(search.wanted)

    @cached_property
    def _makers(self) -> Makers:
        return Makers((event, self._node(event)) for event in self.step.events)

    def sources(self, value: int) -> frozenset[int]:
        """The numbers taken out of tensors, by their values, that a value outside tensors was computed from."""
        return self._scalars.sources(value)

    def _given(self, node: Node) -> frozenset[int]:
        """The numbers taken out of tensors, by their values, that the result of an operation depends on."""
        carrying = node.arguments if self._selecting else carried(node)
        return frozenset().union(*(self.sources(argument.value) for argument in carrying))

    @cached_property
    def last(self) -> dict[int, int]:
        """For each parameter's bit the index of the last event that its value reached."""
        found: dict[int, int] = {}
        left = self.read
        for index, mask in reversed(self._reached):
            hit = mask & left
            left ^= hit
            while hit:
                low = hit & -hit
                found[low] = index
                hit ^= low
        return found

    def bit(self, parameter: Parameter) -> int:
        """The bit that stands for a parameter."""
        return self._bits[parameter.tensor]

    @cached_property
    def relevant(self) -> tuple[Cut, ...]:
        """The cuts on a way to the loss, in the order of execution."""
        return tuple(self.cuts_among(*self._needs))

    def costing(self, parameter: Parameter) -> Sequence[Cut]:
        """The cuts on a way to the loss that take the history of a parameter's value, in the order of execution."""
        return self._costing.get(parameter.tensor, ())

    @cached_property
    def _costing(self) -> Mapping[int, Sequence[Cut]]:
        found: dict[int, list[Cut]] = defaultdict(list)
        for cut in self.relevant:
            for parameter in self.parameters(cut.parameters):
                found[parameter.tensor].append(cut)
        return found

    def parameters(self, bits: int) -> Iterator[Parameter]:
        """The parameters that bits stand for, in their order."""
        while bits:
            low = bits & -bits
            bits ^= low
            yield self.observation.trainable[low.bit_length() - 1]

    @cached_property
    def _cuts_at(self) -> Mapping[int, Sequence[Cut]]:
        """The cuts of each execution in which one is."""
        found: dict[int, list[Cut]] = defaultdict(list)
        for cut in self.cuts:
            found[cut.event].append(cut)
        return found

    def cuts_among(self, events: Collection[int], tensors: Collection[int]) -> list[Cut]:
        """The cuts that stand among events and left one of the tensors without history, in the order of execution.

        A number that was taken out of a tensor counts wherever it goes.
        """
        found = (c for index in sorted(self._cuts_at.keys() & events) for c in self._cuts_at[index])
        return [c for c in found if not c.dead or not c.dead.isdisjoint(tensors)]

    def _node(self, event: Event) -> Node:
        return self.observation.nodes[event.node]

    def _carrying(self, event: Event) -> list[Tensor]:
        """The tensors whose numbers the result depends on."""
        op = self._node(event).op
        if op in METADATA:
            return [t for t in event.tensors[:1] if op == "aten::type_as"]
        return [o.tensor for o in event.inputs if self._selecting or not _selects(o)]

    def _pass_through(self, index: int, event: Event) -> None:
        node = self._node(event)
        carrying = self._carrying(event)
        value = alive = 0
        for tensor in carrying:
            value |= self.value[tensor.id] | self._written[tensor.storage]
            alive |= self.alive[tensor.id] if tensor.requires_grad else 0
        for mask, taker in self._numbers(node):
            value |= mask
            self.users.setdefault(taker, index)
        self.read |= value
        self._reached.append((index, value))
        if node.op in TAKERS:
            self._take(index, node, alive, value)
        elif results(event, node):
            self._give(index, event, node, alive, value)

    def _numbers(self, node: Node) -> list[tuple[int, int]]:
        """The masks of the numbers that an operation is given, and the executions that took them out."""
        if not self._taken:
            return []
        return [self._taken[s] for s in self._given(node) if s in self._taken]

    def _take(self, index: int, node: Node, alive: int, value: int) -> None:
        for output in node.outputs:
            self._taken[output] = (value | self._taken.get(output, (0, index))[0], index)
        if alive:
            self.cuts.append(Cut(index, alive))

    def _give(self, index: int, event: Event, node: Node, alive: int, value: int) -> None:
        dead = set()
        for output in event.outputs:
            self.value[output.id] |= value
            if output.requires_grad and not (output.leaf and output.grad_fn is None):
                self.alive[output.id] |= alive
            else:
                dead.add(output.id)
            if node.writes:
                self._written[output.storage] |= value
        if alive and dead:
            self.cuts.append(Cut(index, alive, frozenset(dead)))
        self._follow_memory(index, event, node, alive)

    def _follow_memory(self, index: int, event: Event, node: Node, alive: int) -> None:
        """A write into a detached tensor changes the one that it shares memory with, whose history does not know."""
        for output in event.outputs:
            if node.op in DETACHING:
                self._detached[output.id] = index
            elif self._detached:
                shared = (t for t in event.tensors if t.storage == output.storage and t.id in self._detached)
                origin = next((self._detached[t.id] for t in shared), None)
                if origin is not None:
                    self._detached[output.id] = origin
                    if alive and node.writes:
                        self.cuts.append(Cut(origin, alive, write=index))


def _selects(operand: Operand) -> bool:
    """Whether an operand only says which of the others' numbers are meant; a floating target has numbers of its own."""
    return operand.role.partition("[")[0] in _SELECTORS and not operand.tensor.floating
