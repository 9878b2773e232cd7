"""Where gradients flow in the first step: through which executions, along which tensors, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import cached_property

from whygrad.engine.facts import Function
from whygrad.engine.gradients.cuts import cut_by
from whygrad.engine.gradients.flow import Cut, Flow
from whygrad.engine.gradients.stops import flow, selecting_flow
from whygrad.engine.observation import Event, Numbers, Observation, Tensor
from whygrad.engine.states import State, worst


class Streams:
    """The gradients of one observation's first step."""

    def __init__(self, observation: Observation) -> None:
        self._observation = observation
        self._step = observation.first
        self._backward_ran = bool(self._step.gradients)
        self._flow = flow(observation) if observation.missing else None
        self._lost = sum(self._flow.bit(p) for p in observation.missing) if self._flow else 0
        self._passing, self._felt = self._passed(), _Felt(observation)

    def through(self, index: int) -> State:
        """What becomes of the gradient in an execution."""
        event = self._step.events[index]
        if index in self.cuts:
            return "cut"
        if index in self._passing:
            return self._felt.at(event.node)
        return worst(self._aside(t) for t in event.outputs or event.tensors)

    def along(self, index: int, tensor: Tensor, maker: int | None) -> State:
        """What becomes of the gradient of a tensor that an execution reads; `maker` is the node it comes from."""
        if index in self._passing and tensor.requires_grad:
            return self._felt.between(maker, self._step.events[index].node)
        leaves = self._step.events[index].grad_mode or maker not in self._without_history
        return self._behind(maker, tensor) if leaves else self._aside(tensor)

    def on(self, tensor: Tensor) -> State:
        """What becomes of the gradient of what is returned, or of the loss."""
        if tensor.requires_grad and self._backward_ran and tensor.id in self._wanted:
            return "flows"
        return self._aside(tensor)

    def returned(self, tensor: Tensor, maker: int | None) -> State:
        """What becomes of the gradient between the node that made what is returned and the program's end."""
        found = self.on(tensor)
        return self._behind(maker, tensor) if found == "none" else found

    @cached_property
    def cuts(self) -> frozenset[int]:
        """The executions at which gradients end that a parameter goes without.

        Where they are switched off, that is where the finding stands and where results leave: what lies between gets
        none for that reason, and ends nothing.
        """
        events, found = self._step.events, list(self._relevant())
        within = frozenset().union(*(c.dead for c in found if not events[c.event].grad_mode))
        if not within:
            return frozenset(c.event for c in found)
        elsewhere = {c.event for c in found if events[c.event].grad_mode or not c.dead}
        places = {cut.order for cut in cut_by(self._observation, "no-grad")}
        return frozenset(elsewhere | places) | self._left(within)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """For an execution that uses numbers taken out of tensors, the one that took them, where gradients ended so."""
        return {user: taker for taker, user in self._flow.users.items()} if self._flow else {}

    def _left(self, within: frozenset[int]) -> frozenset[int]:
        """The executions without gradients whose results, which come from these tensors, are read with them: as tensors
        or as numbers."""
        made: dict[int, int] = {}
        found = set()
        takers = {taker for user, taker in self.numbers.items() if self._step.events[user].grad_mode}
        for index in sorted(self._flow.needed) if self._flow else ():
            event = self._step.events[index]
            given = {made[t.id] for t in event.tensors if t.id in made and not t.requires_grad}
            found |= given if event.grad_mode else set()
            if not event.grad_mode and (given or any(t.id in within for t in event.outputs)):
                made |= {t.id: index for t in event.outputs}
                found |= takers & {index}
        return frozenset(found | {made[t.id] for t in self._step.outputs if t.id in made and t.id in self._wanted})

    def _behind(self, maker: int | None, tensor: Tensor) -> State:
        """What is told of a tensor that has left the node which made it."""
        aside = self._aside(tensor)
        return "cut" if aside == "none" and not tensor.requires_grad and maker in self._cutting else aside

    @cached_property
    def _cutting(self) -> frozenset[int]:
        return frozenset(self._step.events[i].node for i in self.cuts)

    @cached_property
    def _without_history(self) -> frozenset[int]:
        return frozenset(event.node for event in self._step.events if not event.grad_mode)

    @cached_property
    def _wanted(self) -> frozenset[int]:
        return frozenset((*self._step.reads, *((self._step.loss.id,) if self._step.loss else ())))

    def _relevant(self) -> Iterator[Cut]:
        """The cuts that count; those of values that only select others where nothing else explains the loss."""
        left = self._lost
        for ways in (self._flow, selecting_flow) if left else ():
            found: Flow | None = ways(self._observation) if callable(ways) else ways
            cuts = [c for c in found.relevant if c.parameters & left] if found and left else []
            for cut in cuts:
                left &= ~cut.parameters
            yield from cuts

    def _passed(self) -> frozenset[int]:
        """The executions that backward goes through."""
        if not self._backward_ran:
            return frozenset()
        reached, passed = set(self._wanted), set()
        for index in range(len(self._step.events) - 1, -1, -1):
            event = self._step.events[index]
            if event.grad_mode and any(t.id in reached and _has_history(t) for t in event.outputs):
                passed.add(index)
                reached.update(t.id for t in event.tensors if t.requires_grad)
        return frozenset(passed)

    def _aside(self, tensor: Tensor) -> State:
        """What is told of a tensor that no backward comes to."""
        if self._flow is not None and self._flow.value.get(tensor.id, 0) & self._lost:
            return "none"
        if tensor.id in self._frozen and not tensor.requires_grad:
            return "frozen"
        return "not-run" if tensor.requires_grad and not self._backward_ran else "data"

    @cached_property
    def _frozen(self) -> Collection[int]:
        """The tensors that frozen parameters go into, and no parameter that is trained."""
        frozen = {p.tensor for p in self._observation.parameters if p.floating and not p.requires_grad}
        for event in self._step.events if frozen else ():
            if any(t.id in frozen for t in event.tensors):
                frozen.update(t.id for t in event.outputs if t.floating and not t.requires_grad)
        return frozen


class _Felt:
    """The gradients that were seen to be zero or not finite, where the step was looked at closely."""

    def __init__(self, observation: Observation) -> None:
        close = observation.judged.close if observation.judged else None
        self._functions = close.functions if close else ()
        self._events: tuple[Event, ...] = close.events if close else ()

    def at(self, node: int) -> State:
        """What arrived at a node."""
        return self._nodes.get(node, "flows")

    def between(self, maker: int | None, reader: int) -> State:
        """What a node gave back for what another had made; None stands for what no node made."""
        return self._pairs.get((maker, reader), "flows") if maker is not None else self.at(reader)

    def _node(self, function: Function) -> int | None:
        return None if function.event is None else self._events[function.event].node

    @cached_property
    def _nodes(self) -> dict[int, State]:
        arrived: dict[int, list[Numbers | None]] = defaultdict(list)
        for function in self._functions:
            if (node := self._node(function)) is not None:
                arrived[node] += function.received
        return {node: _state(numbers) for node, numbers in arrived.items()}

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], State]:
        gave: dict[tuple[int, int], list[Numbers | None]] = defaultdict(list)
        for function in self._functions:
            reader = self._node(function)
            for edge in function.edges:
                maker = None if edge.function is None else self._node(self._functions[edge.function])
                if reader is not None and maker is not None and maker != reader:
                    gave[maker, reader].append(edge.gave)
        return {pair: _state(numbers) for pair, numbers in gave.items()}


def _state(numbers: list[Numbers | None]) -> State:
    known = [n for n in numbers if n is not None]
    if any(not n.finite for n in known):
        return "non-finite"
    return "zero" if known and all(n.all_zero for n in known) else "flows"


def _has_history(tensor: Tensor) -> bool:
    return tensor.requires_grad and not (tensor.leaf and tensor.grad_fn is None)
