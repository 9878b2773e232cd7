"""Who made each tensor of the first step, and who reads it, and walks on from one to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from heapq import heappop, heappush

from whygrad.engine.observation import Event, Observation, Step


class Uses:
    """Asks a step for the executions that gave tensors, and for those that read them, in their order."""

    def __init__(self, step: Step) -> None:
        self._events, self._makers, self._readers = step.events, step.makers, step.readers

    def made(self, tensors: Iterable[int]) -> Iterator[Event]:
        """The executions that gave any of the tensors, by their ids."""
        return (self._events[i] for i in sorted({i for t in tensors for i in self._makers.get(t, ())}))

    def read(self, tensors: Iterable[int]) -> Iterator[Event]:
        """The executions that read any of the tensors, by their ids."""
        return (self._events[i] for i in sorted({i for t in tensors for i in self._readers.get(t, ())}))

    def onward(self, tensors: Iterable[int], after: int = -1) -> Onward:
        """A walk on from tensors, by their ids, through the executions after one."""
        return Onward(self._events, self._readers, tensors, after)


class Onward:
    """Walks over the executions that read any of its tensors, in their order; `follow` adds what they made of them.

    `at` is where it stands, the index of the last execution that it came to.
    """

    def __init__(
        self, events: Sequence[Event], readers: Mapping[int, Sequence[int]], tensors: Iterable[int], after: int
    ) -> None:
        self._events, self._readers, self.at = events, readers, after
        self._pending: list[int] = []
        self.tensors: set[int] = set()
        self.follow(tensors)

    def follow(self, tensors: Iterable[int]) -> None:
        """Walk on from these too, by their ids."""
        for each in set(tensors) - self.tensors:
            self.tensors.add(each)
            readers = self._readers.get(each, ())
            for index in readers[bisect_right(readers, self.at) :]:
                heappush(self._pending, index)

    def __iter__(self) -> Iterator[Event]:
        while self._pending:
            index = heappop(self._pending)
            if index > self.at:
                self.at = index
                yield self._events[index]


@lru_cache(maxsize=8)
def uses(observation: Observation) -> Uses:
    """Who made and who reads the tensors of the first step."""
    return Uses(observation.first)
