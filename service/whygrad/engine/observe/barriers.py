"""Barriers in a graph: what stands behind one is run as it is written, whatever the optimising executor would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from whygrad.engine.observe.inlining import every

SAME, BESIDE = "whygrad::same", "aten::type_as"

Watch = Callable[[int, torch.Tensor], None]
"""Told the number of a barrier, and the gradient that came back through it."""


def isolate(graph: Any, places: Mapping[int, int], *, padded: bool) -> None:
    """Put barriers around nodes, given by their places in the order of `every` and the numbers they are known by.

    A barrier is numbered `2 * number` in front of its node and `2 * number + 1` behind it.
    """
    nodes = list(every(graph))
    for place, number in places.items():
        _Wall(graph, nodes[place], number, padded).build()


class _Wall:
    """The barriers around one node, on every tensor that it reads or gives.

    A barrier is an identity that the executor neither differentiates nor, as each has a number, merges with another.
    Outside of it may stand `type_as`, which changes nothing but can be differentiated: the executor would leave a
    neighbour alone that has nothing beside it to be differentiated with. A program that writes in place must go
    without, as the executor does not know that `type_as` gives the same memory.
    """

    def __init__(self, graph: Any, node: Any, number: int, padded: bool) -> None:
        self._graph, self._node, self._number = graph, node, number
        self._inward = (BESIDE, SAME) if padded else (SAME,)
        self._outward = tuple(reversed(self._inward))

    def build(self) -> None:
        """Put them there."""
        for value in list(self._node.inputs()):
            maker = value.node()
            if maker.kind() == "prim::ListConstruct" and value.type().str().startswith("Tensor"):
                self._before(maker)
        self._before(self._node)
        for value in list(self._node.outputs()):
            if _is_tensor(value):
                self._behind(value)

    def _before(self, reader: Any) -> None:
        for slot, value in enumerate(list(reader.inputs())):
            if _is_tensor(value):
                for kind in self._inward:
                    made = self._made(kind, value, 2 * self._number, reader)
                    made.insertBefore(reader)
                    value = made.output()
                reader.replaceInput(slot, value)

    def _behind(self, value: Any) -> None:
        last, passed = self._node, value
        for kind in self._outward:
            made = self._made(kind, passed, 2 * self._number + 1, self._node)
            made.insertAfter(last)
            last, passed = made, made.output()
        value.replaceAllUsesAfterNodeWith(last, passed)

    def _made(self, kind: str, value: Any, number: int, before: Any) -> Any:
        other = value if kind == BESIDE else self._constant(number, before)
        made = self._graph.create(kind, [value, other], 1)
        made.output().setType(value.type())
        made.copyMetadata(self._node)
        return made

    def _constant(self, number: int, before: Any) -> Any:
        constant = self._graph.create("prim::Constant")
        constant.i_("value", number)
        constant.output().setType(torch._C.IntType.get())
        constant.insertBefore(before)
        return constant.output()


def _is_tensor(value: Any) -> bool:
    return bool(value.type().isSubtypeOf(torch._C.TensorType.get()))


_watching: list[Watch] = []


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """While it is entered, `watch` is told of every gradient that comes back through a barrier."""
    _watching.append(watch)
    try:
        yield
    finally:
        _watching.pop()


def _same(tensor: torch.Tensor, number: int) -> torch.Tensor:
    if not _watching or not tensor.requires_grad:
        return tensor
    watch, own = _watching[-1], tensor.view_as(tensor)  # a view has a gradient of its own
    own.register_hook(lambda gradient: watch(number, gradient))  # type: ignore[no-untyped-call]
    return own


_LIBRARY = torch.library.Library("whygrad", "FRAGMENT")  # type: ignore[no-untyped-call]
# one that is said to do anything to anything would keep the executor from merging operations anywhere
_LIBRARY.define("same(Tensor(a) tensor, int number) -> Tensor(a)")  # type: ignore[no-untyped-call]
_LIBRARY.impl("same", _same, "CompositeImplicitAutograd")  # type: ignore[no-untyped-call]
