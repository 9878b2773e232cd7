"""Finds the places in a graph that an edit changes, and puts values there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from whygrad.engine.observe.expressions import EditError, compiled
from whygrad.engine.observe.graph import GraphReader, held_as
from whygrad.engine.observe.holding import tensor
from whygrad.engine.observe.values import back, made_at_once, present

_TENSOR = torch._C.TensorType.get()
_ROLE = re.compile(r"\[(\d+)\]")


class Grafter:
    """A graph, what has read it, and the module that it belongs to. Raises EditError where there is no such place."""

    def __init__(self, graph: Any, reader: GraphReader, module: Any) -> None:
        self.graph = graph
        self.reader = reader
        self.module = module

    def node(self, number: int) -> Any:
        """The node of that number."""
        if number not in self.reader.handles:
            raise EditError(f"there is no node {number} any more")
        return self.reader.handles[number]

    def destroy(self, number: int) -> None:
        """Take a node out whose results nobody reads."""
        self.reader.handles.pop(number).destroy()

    def slot(self, number: int, role: str) -> tuple[Any, int]:
        """The node and the input that hold an argument: for `tensors[1]` a list of its own for this node."""
        node = self.node(number)
        names = [a.name for a in self.reader.nodes[number].arguments]
        name = role.partition("[")[0]
        if name not in names:
            raise EditError(f"{node.kind()} has no argument {name}")
        owner, slot = node, names.index(name)
        for index in (int(i) for i in _ROLE.findall(role)):
            owner, slot = self._own_list(owner, slot, number), index
            if index >= owner.inputsSize():
                raise EditError(f"{node.kind()} has no argument {role}")
        return owner, slot

    def _own_list(self, owner: Any, slot: int, number: int) -> Any:
        """The node that makes the list or tuple which is read there, copied so that no other reads it."""
        if not made_at_once(owner.inputsAt(slot)):
            raise EditError("its list was not made in one place")
        maker = owner.inputsAt(slot).node()
        copy = self.graph.create(maker.kind(), list(maker.inputs()), 1)
        copy.output().setType(maker.output().type())
        copy.insertBefore(owner)
        self.reader.adopt(copy, number)
        owner.replaceInput(slot, copy.output())
        return copy

    def computed(self, like: int, expression: str, arguments: Sequence[tuple[str, Any]], before: Any) -> Any:
        """The value of an expression over values, computed before a node."""
        last = before.prev()
        given = arguments if "None" in expression else [(n, present(self.graph, v, before)) for n, v in arguments]
        function = compiled(expression, [(name, value.type().annotation_str) for name, value in given])
        self.graph.setInsertPoint(before)
        result = self.graph.insertGraph(function.inlined_graph, [value for _, value in given])[0]
        for node in reversed(list(back(before.prev(), last))):
            self.reader.adopt(node, like)
        return result

    def attribute(self, name: str, before: Any, like: int) -> Any:
        """The value of what a module of the program holds under a dotted name, read before a node."""
        tensor(self.module, name)
        value, held = next(self.graph.inputs()), self.module._c
        for step in name.split("."):
            reading = self.graph.create("prim::GetAttr", [value], 1)
            reading.s_("name", step)
            held, value = held.getattr(step), reading.output()
            value.setType(_TENSOR if isinstance(held, torch.Tensor) else held._type())
            reading.insertBefore(before)
            self.reader.adopt(reading, like)
        return value

    def read_again(self, value: Any) -> Iterator[Any]:
        """What the program's modules hold, each time that it is read; nothing where a value is no such thing."""
        path = held_as(value.node())
        readings = self.graph.findAllNodes("prim::GetAttr") if path else ()
        yield from (node.output() for node in readings if held_as(node) == path)

    def give_way(self, number: int, value: Any, result: int = 0) -> None:
        """A result of a node is another value."""
        node = self.node(number)
        if result >= node.outputsSize():
            raise EditError(f"{node.kind()} has no result {result}")
        node.outputsAt(result).replaceAllUsesWith(value)
        if not any(output.uses() for output in node.outputs()):
            self.destroy(number)

    def require_schema(self, op: str) -> None:
        """See to it that torch has an operation."""
        if not torch._C._jit_get_schemas_for_operator(op):
            raise EditError(f"there is no operation {op}")


def enclosing(node: Any) -> Iterator[Any]:
    """The nodes in whose blocks a node stands, from the inside out."""
    while (node := node.owningBlock().owningNode()) is not None:
        yield node
