"""Parameters whose value never gets to the loss: left unread, left unused, or recorded as a constant by tracing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from whygrad.engine.gradients.cuts import everything_lost, severed
from whygrad.engine.gradients.recorded import Baked, recorded
from whygrad.engine.gradients.stops import flow, selecting_flow
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor

_OF_NUMBERS = frozenset(
    {"aten::nonzero", "aten::nonzero_numpy", "aten::where", "aten::index", "aten::masked_select", "aten::item",
     "aten::Bool", "aten::Float", "aten::Int", "aten::is_nonzero", "aten::equal", "aten::allclose"}
)  # fmt: skip
"""Operations whose result, or its size, tells of the numbers in a tensor."""


@dataclass(frozen=True)
class Unreached:
    """Parameters whose value never gets to the loss; `order` and `event` are the last execution it reached."""

    order: int
    event: Event | None
    parameters: tuple[Parameter, ...]


@lru_cache(maxsize=8)
def unreached(observation: Observation) -> tuple[Unreached, ...]:
    """Every parameter whose value does not get to the loss, grouped by the last execution it reached.

    Not those whose value was recorded as a constant.
    """
    claimed = {p.name for found in baked(observation) for p in found.parameters}
    groups = ((g, tuple(p for p in g.parameters if p.name not in claimed)) for g in _left(observation))
    return tuple(replace(group, parameters=rest) for group, rest in groups if rest)


def waits_for_data(observation: Observation, parameter: Parameter) -> bool:
    """Whether a parameter that nothing read is read in a branch that is taken where the numbers are others."""
    module, _, attribute = parameter.name.rpartition(".")
    branches = _branches(observation)
    return any(branches.wait(node.parent) for node in branches.readers.get((module, attribute), ()))


class _Branches:
    """Which branches depend on the numbers in a tensor, each looked at once, and what reads a module's own."""

    def __init__(self, observation: Observation) -> None:
        self._nodes, self._makers = observation.nodes, observation.givers
        self._known: dict[int, bool] = {}
        self.readers: dict[tuple[str, str | None], list[Node]] = defaultdict(list)
        for node in observation.nodes:
            if node.op == "prim::GetAttr":
                self.readers[node.module, node.attribute].append(node)

    def wait(self, branch: int | None) -> bool:
        """Whether a branch, or one around it, is taken by numbers."""
        while branch is not None:
            if branch not in self._known:
                self._known[branch] = self._depends_on_numbers(self._nodes[branch])
            if self._known[branch]:
                return True
            branch = self._nodes[branch].parent
        return False

    def _depends_on_numbers(self, branch: Node) -> bool:
        """Whether its condition is computed of the numbers in a tensor, not only of sizes and settings."""
        pending, seen = [branch], {branch.id}
        while pending:
            node = pending.pop()
            if node.op in _OF_NUMBERS:
                return True
            new = [m for a in node.arguments if (m := self._makers.get(a.value)) is not None and m.id not in seen]
            seen |= {m.id for m in new}
            pending += new
        return False


@lru_cache(maxsize=8)
def _branches(observation: Observation) -> _Branches:
    return _Branches(observation)


def nothing_arrives(observation: Observation) -> bool:
    """Whether the loss depends on no parameter at all, not even through a cut or a constant."""
    lost = everything_lost(observation) and bool(observation.missing)
    return lost and not severed(observation) and not baked(observation)


@lru_cache(maxsize=8)
def baked(observation: Observation) -> tuple[Baked, ...]:
    """The constants of a recorded program that stand where a value was computed, each with what it costs a gradient.

    A constant that no person wrote and that the loss depends on counts where the value of parameters ends before it.
    """
    if not observation.traced:
        return ()
    exact = tuple(_by_their_numbers(observation))
    taken, known = {b.node.id for b in exact}, {p for b in exact for p in b.parameters}
    free = [constant for constant in _computed(observation) if constant.node.id not in taken]
    found: dict[int, tuple[Baked, list[Parameter]]] = {}
    last: dict[int, int] = {}
    groups = (replace(g, parameters=tuple(p for p in g.parameters if p not in known)) for g in _left(observation))
    for group in sorted((g for g in groups if g.parameters), key=lambda g: (g.event is None, g.order)):
        fitting = [c for c in free if c.order > group.order and _fits(group, c)]
        chosen = min(fitting, key=lambda c: (c.node.id in found, not _same_shape(group, c), c.order), default=None)
        if chosen is not None:
            found.setdefault(chosen.node.id, (chosen, []))[1].extend(_computing(group, chosen))
            if group.event is not None and _as_many(group.event, chosen):
                last[chosen.node.id] = group.event.node
    guessed = (replace(b, parameters=tuple(of), last=last.get(number)) for number, (b, of) in found.items())
    return (*exact, *guessed)


def _by_their_numbers(observation: Observation) -> Iterator[Baked]:
    """The constants of which the number itself tells what was computed of a parameter that nothing reads."""
    unread = [p for group in _left(observation) if group.event is None for p in group.parameters]
    return recorded(observation, unread, flow(observation).needed)


def _left(observation: Observation) -> tuple[Unreached, ...]:
    """Every parameter without gradient that no cut explains, grouped by the last execution that its value reached.

    Where that is one on whose only result the loss depends, the value does get there, in a way that is not known.
    """
    explained = {p.name for s in severed(observation) for p in s.parameters}
    groups: dict[int | None, list[Parameter]] = defaultdict(list)
    ways = selecting_flow(observation)
    for parameter in observation.missing:
        if parameter.name not in explained:
            groups[ways.last.get(ways.bit(parameter))].append(parameter)
    events = observation.first.events
    return tuple(
        Unreached(-1 if last is None else last, None if last is None else events[last], tuple(parameters))
        for last, parameters in groups.items()
        if last not in ways.needed or len(events[last].outputs) != 1
    )


def _computed(observation: Observation) -> Iterator[Baked]:
    """The constants that nobody wrote and that the loss depends on, with the first execution that reads each."""
    events, needed = observation.first.events, flow(observation).needed
    for made in events:
        node = observation.nodes[made.node]
        if node.look is None or not node.look.computed or not made.outputs:
            continue
        tensor = made.outputs[0]
        first = next((i for i in observation.first.readers.get(tensor.id, ()) if i in needed), None)
        if first is not None:
            yield Baked(node, tensor, first, events[first], ())


def _fits(group: Unreached, constant: Baked) -> bool:
    """Whether a constant can be what the parameters computed; of those never read only the constant can tell."""
    look = constant.node.look
    return group.event is not None or (look is not None and look.smooth < 0.8)


def _computing(group: Unreached, constant: Baked) -> Sequence[Parameter]:
    """The parameters that a constant was computed of: a single number of those never read that hold a single one."""
    single = [p for p in group.parameters if prod(p.shape) == 1]
    alone = group.event is None and constant.tensor.elements == 1 and single
    return single if alone else group.parameters


def _as_many(event: Event, constant: Baked) -> bool:
    return [t.elements for t in event.outputs] == [constant.tensor.elements]


def _same_shape(group: Unreached, constant: Baked) -> bool:
    outputs: Sequence[Tensor] = group.event.outputs if group.event is not None else ()
    return any(t.shape == constant.tensor.shape for t in outputs)
