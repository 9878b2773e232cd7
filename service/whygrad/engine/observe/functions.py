"""The autograd functions behind a loss: which execution made each, what it received in backward and what it gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from whygrad.engine.facts import Edge, Function
from whygrad.engine.observation import Numbers, Tensor
from whygrad.engine.observe.measuring import numbers_of

Measured = tuple[Numbers | None, ...]


def owners(functions: Sequence[Sequence[Any]], loss: torch.Tensor) -> dict[Any, int]:
    """Each autograd function behind the loss that an execution made, with the index of that.

    A view that was written into has a history of its own, which the loss may not read: the one that the write gave
    the whole tensor stands behind it.
    """
    known = set(behind(loss))
    made_by: dict[Any, int] = {}
    passed: set[Any] = set()
    for event, made in enumerate(functions):
        pending = [f for f in made if f is not None]
        while pending:
            function = pending.pop()
            if function in passed:
                continue
            passed.add(function)
            if function in known:
                made_by[function] = event
            pending += [f for f, _ in function.next_functions if f is not None]
    return made_by


def behind(loss: torch.Tensor) -> list[Any]:
    """Every autograd function behind the loss, its own first."""
    found: dict[Any, None] = {loss.grad_fn: None}
    pending: list[Any] = [loss.grad_fn]
    while pending:
        for inner, _ in pending.pop().next_functions:
            if inner is not None and inner not in found:
                found[inner] = None
                pending.append(inner)
    return list(found)


class Last:
    """The autograd function that a backward came to last: where it raised, the one that did.

    The hooks know numbers alone: one that knew its function would keep the graph alive for ever.
    """

    def __init__(self, loss: torch.Tensor) -> None:
        self._functions = behind(loss) if loss.grad_fn is not None else []
        self._came_to: list[int] = []
        self._hooks = [f.register_prehook(_noting(self._came_to, i)) for i, f in enumerate(self._functions)]

    def function(self) -> Any:
        """That function, None where backward came to none; nothing is noted from here on."""
        for hook in self._hooks:
            hook.remove()
        return self._functions[self._came_to[-1]] if self._came_to else None


def _noting(came_to: list[int], number: int) -> Callable[[Sequence[Any]], None]:
    def note(_: Sequence[Any]) -> None:
        came_to[:] = [number]

    return note


class Watch:
    """Notes what passes through every autograd function behind a loss while its backward runs; keeps no tensor."""

    def __init__(self, functions: Sequence[Sequence[Any]], loss: torch.Tensor) -> None:
        self._made_by = owners(functions, loss)
        self._functions = [f for f in behind(loss) if not hasattr(f, "variable")]
        self._seen: dict[int, tuple[Measured, Measured]] = {}
        for number, function in enumerate(self._functions):
            function.register_hook(self._noting(number))

    def seen(self, identify: Callable[[torch.Tensor], Tensor]) -> tuple[Function, ...]:
        """What was noted, after the backward."""
        numbers = {function: number for number, function in enumerate(self._functions)}
        return tuple(self._written(number, numbers, identify) for number in range(len(self._functions)))

    def _noting(self, number: int) -> Callable[[Sequence[Any], Sequence[Any]], None]:
        def note(gave: Sequence[Any], received: Sequence[Any]) -> None:
            self._seen[number] = (tuple(map(numbers_of, gave)), tuple(map(numbers_of, received)))

        return note

    def _written(self, number: int, numbers: dict[Any, int], identify: Callable[[torch.Tensor], Tensor]) -> Function:
        function = self._functions[number]
        gave, received = self._seen.get(number, ((), ()))
        edges = []
        for place, (target, _) in enumerate(function.next_functions):
            measured = gave[place] if place < len(gave) else None
            leaf = getattr(target, "variable", None)
            edges.append(Edge(measured, numbers.get(target), identify(leaf).id if leaf is not None else None))
        return Function(function.name().rpartition("::")[2], self._made_by.get(function), received, tuple(edges))
