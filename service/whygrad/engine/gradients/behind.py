"""What is behind a value: the executions that it depends on, and the tensors and numbers that they read."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from sys import maxsize

from whygrad.engine.observation import Event, Node, Tensor
from whygrad.engine.operations import TENSOR_TYPES


@dataclass(frozen=True)
class Start:
    """Tensors, and numbers that were taken out of tensors, by their values, as they were before an execution."""

    tensors: Sequence[Tensor]
    numbers: Collection[int] = ()
    before: int = maxsize


class Makers:
    """The executions, by their indices, that made each tensor, wrote each memory and gave each number."""

    def __init__(self, executions: Iterable[tuple[Event, Node]]) -> None:
        self.tensors: dict[int, list[int]] = defaultdict(list)
        self.memories: dict[int, list[int]] = defaultdict(list)
        self.numbers: dict[int, list[int]] = defaultdict(list)
        for index, (event, node) in enumerate(executions):
            for made in {t.id for t in results(event, node)}:
                self.tensors[made].append(index)
            for written in {t.storage for t in event.outputs} if _writes_memory(node) else ():
                self.memories[written].append(index)
            for output in node.outputs:
                self.numbers[output].append(index)


class Search:
    """Goes back from what is wanted to all that it depends on, the last execution first."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers
        self.wanted: dict[int, int] = {}
        self._memory: dict[int, int] = {}
        self._values: dict[int, int] = {}
        self._pending: list[int] = []
        self.found: set[int] = set()

    def want(self, start: Start) -> None:
        """Look for what made tensors and numbers, and wrote their memory, before an execution."""
        self._look(self._makers.tensors, self.wanted, {t.id for t in start.tensors}, start.before)
        self._look(self._makers.memories, self._memory, {t.storage for t in start.tensors}, start.before)
        self._look(self._makers.numbers, self._values, start.numbers, start.before)

    def events(self) -> Iterator[int]:
        """The executions that are found, while more is wanted for each."""
        while self._pending:
            index = -heappop(self._pending)
            if index not in self.found:
                self.found.add(index)
                yield index

    def _look(self, makers: Mapping[int, list[int]], known: dict[int, int], wanted: Iterable[int], before: int) -> None:
        """Each is looked for only as far as it has not been: `known` holds before which execution it was."""
        for each in wanted:
            begin = known.get(each, -1)
            if before > begin:
                known[each] = before
                indices = makers.get(each, [])
                for index in indices[bisect_left(indices, begin) : bisect_left(indices, before)]:
                    heappush(self._pending, -index)


def _writes_memory(node: Node) -> bool:
    """Whether an operation changes a tensor; `append` changes only a list."""
    return any(a.type in TENSOR_TYPES for a in node.arguments if a.name in node.writes)


def results(event: Event, node: Node) -> list[Tensor]:
    """What an execution made or changed, without what it merely handed on, as lists and casts to the same do."""
    if node.writes:
        return list(event.outputs) if _writes_memory(node) else []
    read = {t.id for t in event.tensors}
    return [t for t in event.outputs if t.id not in read]
