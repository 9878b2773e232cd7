"""The backward of a step that was looked at closely, as a graph: which function gave what to which.

Walked from a parameter towards the loss, it tells where a gradient became NaN, and where it became zero.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeVar

from whygrad.engine.facts import Edge, Function
from whygrad.engine.observation import Numbers, Step

Loss = Literal["flat", "cancelled", "not-finite"]

_AT_ONCE = 512
"""How many ways to the loss are followed in one walk: a bit of each is kept for every function."""


@dataclass(frozen=True)
class Dead:
    """Where a gradient that had arrived went on as zero: a function, and the operand by the place of its edge.

    `how`: its derivative is zero there; or what it gave is cancelled by what others gave to the same `target`;
    or what had arrived was not finite.
    """

    function: int
    edge: int
    how: Loss


@dataclass(frozen=True)
class Joint:
    """The executions, by their indices, on the ways of contributions that cancel each other; the last joins them."""

    events: tuple[int, ...]


Found = TypeVar("Found")


class Gathered(Generic[Found]):
    """What is found at a function and at all those that it goes on to, each of which is looked at once."""

    def __init__(self, own: Callable[[int], frozenset[Found]], onward: Callable[[int], Sequence[int]]) -> None:
        self._own = own
        self._onward = onward
        self._known: dict[int, frozenset[Found]] = {}

    def at(self, function: int) -> frozenset[Found]:
        """What is found from a function on."""
        pending = [function]
        while pending:
            ahead = self._onward(pending[-1])
            unknown = [number for number in ahead if number not in self._known]
            if unknown:
                pending += unknown
            else:
                number = pending.pop()
                self._known[number] = self._own(number).union(*(self._known[n] for n in ahead))
        return self._known[function]


class Backward:
    """Walks over the autograd functions of one step.

    What `rounding` leaves of what came in counts as zero, by how much that would be had nothing been cancelled: a
    gradient that small factors made small is none of it.
    """

    def __init__(self, step: Step, *, rounding: float = 0.0) -> None:
        self.functions = step.functions
        self.rounding = rounding
        self._givers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._leaf_givers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, function in enumerate(step.functions):
            for place, edge in enumerate(function.edges):
                if edge.function is not None:
                    self._givers[edge.function].append((number, place))
                elif edge.leaf is not None:
                    self._leaf_givers[edge.leaf].append((number, place))
        self._spoilers = Gathered(self._spoils, self._spoilt_by)
        self._deaths = Gathered(lambda number: self._dead(self._givers[number]), lambda number: self._undead(number))
        self._strongest: dict[int, int | None] = {}

    def spoilers(self, leaf: int) -> set[int]:
        """The functions that made a finite gradient non-finite, on the ways from the loss to a leaf."""
        givers = (n for n, place in self._leaf_givers[leaf] if self._spoilt(n, place))
        return set().union(*map(self.spoilers_above, givers))

    def spoilers_above(self, function: int) -> frozenset[int]:
        """Those on the ways from the loss to a function."""
        return self._spoilers.at(function)

    def deaths(self, leaf: int) -> list[Dead]:
        """Where the gradient of a leaf that got zero had died, on each way from the loss."""
        givers = self._leaf_givers[leaf]
        further = (self._deaths.at(n) for n, place in givers if self._death(n, place) is None)
        return sorted(self._dead(givers).union(*further), key=lambda dead: (dead.function, dead.edge))

    def joint(self, dead: Dead) -> Joint:
        """Where contributions that cancel each other came from: the executions from their target to what joins them."""
        edge = self.functions[dead.function].edges[dead.edge]
        givers = self._givers[edge.function] if edge.function is not None else self._leaf_givers[edge.leaf or 0]
        starts = list(dict.fromkeys(number for number, _ in givers))
        made = {n: e for n in (*starts, *self.above(*starts)) if (e := self.functions[n].event) is not None}
        joining = set(made)
        for begin in range(0, len(starts), _AT_ONCE):
            ways = {number: 1 << place for place, number in enumerate(starts[begin : begin + _AT_ONCE])}
            passing = self._passing(ways)
            joining = {n for n in joining if passing.get(n) == (1 << len(ways)) - 1}
        joins = min((made[n] for n in joining), default=None)
        return Joint(tuple(sorted({e for e in made.values() if joins is None or e <= joins})))

    def _passing(self, starts: Mapping[int, int]) -> dict[int, int]:
        """For each function from some on to the loss the ways that pass it, each a bit; every edge is walked once."""
        passing = dict.fromkeys(self.above(*starts), 0) | dict(starts)
        waiting = Counter(giver for number in passing for giver, _ in self._givers[number])
        pending = [number for number in passing if not waiting[number]]
        while pending:
            number = pending.pop()
            for giver, _ in self._givers[number]:
                passing[giver] |= passing[number]
                waiting[giver] -= 1
                if not waiting[giver]:
                    pending.append(giver)
        return passing

    def above(self, *functions: int) -> Iterator[int]:
        """The functions on the ways from some functions to the loss, nearest first."""
        seen = set(functions)
        pending = deque(functions)
        while pending:
            for giver, _ in self._givers[pending.popleft()]:
                if giver not in seen:
                    seen.add(giver)
                    pending.append(giver)
                    yield giver

    def first(self, leaf: int) -> int | None:
        """The function that gave a leaf the most."""
        return self._most(self._leaf_givers[leaf])

    def hardest_hit(self, leaf: int) -> int | None:
        """Of the functions that gave a leaf its gradient, the one that had received the most."""
        return max((number for number, _ in self._leaf_givers[leaf]), key=self.arrived, default=None)

    def strongest(self, function: int) -> int | None:
        """The function that gave another the most; None for that of the loss."""
        if function not in self._strongest:
            self._strongest[function] = self._most(self._givers[function])
        return self._strongest[function]

    def _most(self, givers: Sequence[tuple[int, int]]) -> int | None:
        return max(givers, key=lambda g: _size(self.functions[g[0]].edges[g[1]].gave), default=(None, 0))[0]

    def _spoils(self, number: int) -> frozenset[int]:
        """The function itself, where it makes a finite gradient non-finite."""
        spoils = not self._spoilt_by(number) or not self._reached_by_nan(number)
        return frozenset({number} if spoils else ())

    def _spoilt_by(self, number: int) -> list[int]:
        return [n for n, place in self._givers[number] if self._spoilt(n, place)]

    def _dead(self, givers: Sequence[tuple[int, int]]) -> frozenset[Dead]:
        """Those that gave nothing of what had arrived."""
        each = ((number, place, self._death(number, place)) for number, place in givers)
        return frozenset(Dead(number, place, how) for number, place, how in each if how is not None)

    def _undead(self, number: int) -> list[int]:
        """The givers of a function at which nothing had arrived that could die."""
        return [n for n, place in self._givers[number] if self._death(n, place) is None]

    def _death(self, number: int, place: int) -> Loss | None:
        """How an edge lost a gradient that had arrived; None where none had."""
        if self._reached_by_nan(number):
            return "not-finite"
        if self.arrived(number) <= self.rounding * self._carried[number]:
            return None
        return "cancelled" if self.gives(number, place) else "flat"

    def gives(self, number: int, place: int) -> bool:
        """Whether a function passed something on along an edge, of what had arrived."""
        return _size(self.functions[number].edges[place].gave) > self.rounding * self.arrived(number)

    def arrived(self, number: int) -> float:
        """The magnitude of what a function received."""
        return max(map(_size, self.functions[number].received), default=0.0)

    def _reached_by_nan(self, number: int) -> bool:
        return any(n is not None and not n.finite for n in self.functions[number].received)

    def _spoilt(self, number: int, place: int) -> bool:
        return not _finite(self.functions[number].edges[place])

    @cached_property
    def _carried(self) -> Sequence[float]:
        """For each function the magnitude that would arrive had nothing on the way to it been flat or cancelled."""
        waiting = [len(self._givers[number]) for number in range(len(self.functions))]
        carried = [self.arrived(n) if not givers else 0.0 for n, givers in enumerate(waiting)]
        pending = [number for number, givers in enumerate(waiting) if not givers]
        while pending:
            number = pending.pop()
            arrived = self.arrived(number)
            for place, edge in enumerate(self.functions[number].edges):
                if edge.function is None:
                    continue
                gain = _size(edge.gave) / arrived if arrived and self.gives(number, place) else 1.0
                carried[edge.function] = max(carried[edge.function], carried[number] * gain)
                waiting[edge.function] -= 1
                if not waiting[edge.function]:
                    pending.append(edge.function)
        return carried


def kind(function: Function) -> str:
    """The operation that an autograd function belongs to, as torch names its derivative: `Sqrt`, `NativeLayerNorm`."""
    return function.name.rstrip("0123456789").removesuffix("Backward")


def _size(numbers: Numbers | None) -> float:
    return numbers.magnitude if numbers is not None else 0.0


def _finite(edge: Edge) -> bool:
    return edge.gave is None or edge.gave.finite
