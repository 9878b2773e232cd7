"""The backward of a step that was looked at closely, as a graph: which function gave what to which.

Walked from a parameter towards the loss, it tells where a gradient became NaN, and where it became zero.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from whygrad.engine.facts import Edge, Function
from whygrad.engine.observation import Numbers, Step

Loss = Literal["flat", "cancelled", "not-finite"]


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


class Backward:
    """Walks over the autograd functions of one step. What is no larger than `limit` counts as zero."""

    def __init__(self, step: Step, *, rounding: float = 0.0) -> None:
        self.functions = step.functions
        self.limit = rounding * self._scale
        self._givers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._leaf_givers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, function in enumerate(step.functions):
            for place, edge in enumerate(function.edges):
                if edge.function is not None:
                    self._givers[edge.function].append((number, place))
                elif edge.leaf is not None:
                    self._leaf_givers[edge.leaf].append((number, place))

    def spoilers(self, leaf: int) -> set[int]:
        """The functions that made a finite gradient non-finite, on the ways from the loss to a leaf."""
        return self._spoilers([n for n, place in self._leaf_givers[leaf] if self._spoilt(n, place)])

    def spoilers_above(self, function: int) -> set[int]:
        """Those on the ways from the loss to a function."""
        return self._spoilers([function])

    def deaths(self, leaf: int) -> list[Dead]:
        """Where the gradient of a leaf that got zero had died, on each way from the loss."""
        found: dict[tuple[int, int], Dead] = {}
        seen: set[int] = set()
        pending = [self._leaf_givers[leaf]]
        while pending:
            for number, place in pending.pop():
                how = self._death(number, place)
                if how is not None:
                    found[number, place] = Dead(number, place, how)
                elif number not in seen:
                    seen.add(number)
                    pending.append(self._givers[number])
        return list(found.values())

    def joint(self, dead: Dead) -> Joint:
        """Where contributions that cancel each other came from: the executions from their target to what joins them."""
        edge = self.functions[dead.function].edges[dead.edge]
        givers = self._givers[edge.function] if edge.function is not None else self._leaf_givers[edge.leaf or 0]
        ways = [{number, *self.above(number)} for number, _ in givers]
        shared = set.intersection(*ways)
        joins = min((e for n in shared if (e := self.functions[n].event) is not None), default=None)
        events = {e for way in ways for n in way if (e := self.functions[n].event) is not None}
        return Joint(tuple(sorted(e for e in events if joins is None or e <= joins)))

    def above(self, function: int) -> Iterator[int]:
        """The functions on the ways from a function to the loss, nearest first."""
        seen = {function}
        pending = deque([function])
        while pending:
            for giver, _ in self._givers[pending.popleft()]:
                if giver not in seen:
                    seen.add(giver)
                    pending.append(giver)
                    yield giver

    def strongest_way(self, leaf: int) -> list[int]:
        """The functions from a leaf to the loss, at each the one that gave the most."""
        way: list[int] = []
        givers = self._leaf_givers[leaf]
        while givers:
            number, _ = max(givers, key=lambda giver: _size(self.functions[giver[0]].edges[giver[1]].gave))
            way.append(number)
            givers = self._givers[number]
        return way

    def _spoilers(self, pending: list[int]) -> set[int]:
        found: set[int] = set()
        seen = set(pending)
        while pending:
            number = pending.pop()
            givers = [n for n, place in self._givers[number] if self._spoilt(n, place)]
            if not givers or not self._reached_by_nan(number):
                found.add(number)
            pending += [n for n in givers if n not in seen]
            seen.update(givers)
        return found

    def _death(self, number: int, place: int) -> Loss | None:
        """How an edge lost a gradient that had arrived; None where none had."""
        if self._reached_by_nan(number):
            return "not-finite"
        if self.arrived(number) <= self.limit:
            return None
        return "flat" if _size(self.functions[number].edges[place].gave) <= self.limit else "cancelled"

    def arrived(self, number: int) -> float:
        """The magnitude of what a function received."""
        return max(map(_size, self.functions[number].received), default=0.0)

    def _reached_by_nan(self, number: int) -> bool:
        return any(n is not None and not n.finite for n in self.functions[number].received)

    def _spoilt(self, number: int, place: int) -> bool:
        return not _finite(self.functions[number].edges[place])

    @cached_property
    def _scale(self) -> float:
        return max((_size(n) for f in self.functions for n in f.received), default=0.0)


def kind(function: Function) -> str:
    """The operation that an autograd function belongs to, as torch names its derivative: `Sqrt`, `NativeLayerNorm`."""
    return function.name.rstrip("0123456789").removesuffix("Backward")


def _size(numbers: Numbers | None) -> float:
    return numbers.magnitude if numbers is not None else 0.0


def _finite(edge: Edge) -> bool:
    return edge.gave is None or edge.gave.finite
