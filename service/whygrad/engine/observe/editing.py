"""Makes edits in the graph of a loaded TorchScript program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch

from whygrad.engine.edits import (
    Become,
    Copy,
    Edit,
    Give,
    Hand,
    Keep,
    Leave,
    Pause,
    Promote,
    Read,
    Reconnect,
    Renew,
    Replace,
    StandIn,
    Succeed,
    Wrap,
)
from whygrad.engine.observe.expressions import EditError, as_typed, compiled, over_its_list
from whygrad.engine.observe.graph import GraphReader, held_as
from whygrad.engine.observe.holding import tensor
from whygrad.engine.observe.keeping import keep, require_schemas
from whygrad.engine.observe.probes import STAND_IN
from whygrad.engine.observe.values import back, made_at_once, named, outside, present, tensors

_TENSOR = torch._C.TensorType.get()
_ROLE = re.compile(r"\[(\d+)\]")


def edit_graph(graph: Any, reader: GraphReader, edits: Sequence[Edit], module: Any) -> dict[str, torch.Tensor]:
    """Make the edits of a graph, and have it read anew: nodes keep their numbers, new ones come after them.

    Gives the constants that are parameters from then on. Raises EditError where an edit cannot be made.
    """
    editor = _Editor(graph, reader, module)
    of_graph = [edit for edit in edits if type(edit) in _OF_GRAPHS]
    for edit in of_graph:
        _OF_GRAPHS[type(edit)](editor, edit)
    if of_graph:
        _require_scopes(graph)
        reader.reread(graph)
    return editor.promoted


def _require_scopes(graph: Any) -> None:
    """Every value is read where it is known: what was put into a branch is not known behind it."""
    try:
        torch._C._jit_pass_lint(graph)
    except RuntimeError as error:
        raise EditError("a value would be read outside the branch that it is computed in") from error


class _Editor:
    def __init__(self, graph: Any, reader: GraphReader, module: Any) -> None:
        self._graph = graph
        self._reader = reader
        self._module = module
        self.promoted: dict[str, torch.Tensor] = {}

    def wrap(self, edit: Wrap) -> None:
        node, whole = self._node(edit.node), over_its_list(edit)
        if whole is not None:
            owner, slot = self._slot(edit.node, whole.argument)
            edit = edit if made_at_once(owner.inputsAt(slot)) else whole
        owner, slot = self._slot(edit.node, edit.argument)
        value = owner.inputsAt(slot)
        wrapped = self._computed(edit.node, edit.expression, [("x", value)], owner)
        if edit.argument in self._reader.nodes[edit.node].writes:  # what is read of it from here on is what was written
            value.replaceAllUsesAfterNodeWith(node, wrapped)
        owner.replaceInput(slot, wrapped)

    def replace(self, edit: Replace) -> None:
        node, known = self._node(edit.node), self._reader.nodes[edit.node]
        names = [a.name for a in known.arguments]
        used = set(re.findall(r"[A-Za-z_]\w*", edit.expression))
        given = zip(names, node.inputs(), strict=True)
        arguments = [(n, v) for name, value in given for n, v in named(name, value) if n in used]
        inserted = self._computed(edit.node, edit.expression, arguments, node)
        written = () if edit.writes else known.writes
        for name, value in zip(names, node.inputs(), strict=True):
            if name in written and value.unique() != inserted.unique():  # it is read as it would have been written
                value.replaceAllUsesAfterNodeWith(node, inserted)
        self._give_way(edit.node, inserted, edit.result)

    def become(self, edit: Become) -> None:
        node, known = self._node(edit.node), self._reader.nodes[edit.node]
        self._require_schema(edit.op)
        other = self._graph.create(edit.op, list(node.inputs()), node.outputsSize())
        other.insertAfter(node)
        for old, new in zip(node.outputs(), other.outputs(), strict=True):
            new.setType(old.type())
        for argument, value in zip(known.arguments, node.inputs(), strict=True):
            if argument.name in known.writes:
                value.replaceAllUsesAfterNodeWith(other, other.outputsAt(0))
        for old, new in zip(node.outputs(), other.outputs(), strict=True):
            old.replaceAllUsesWith(new)
        self._destroy(edit.node)
        self._reader.adopt(other, edit.node)

    def give(self, edit: Give) -> None:
        owner, slot = self._slot(edit.node, edit.argument)
        kind = owner.inputsAt(slot).type()
        self._graph.setInsertPoint(owner)
        owner.replaceInput(slot, self._graph.insertConstant(as_typed(edit.value, str(kind))))

    def reconnect(self, edit: Reconnect) -> None:
        if edit.argument is not None:
            owner, slot = self._slot(edit.source, edit.argument)
            self._give_way(edit.node, owner.inputsAt(slot))
            return
        source = self._node(edit.source)
        self._node(edit.node).outputsAt(0).replaceAllUsesAfterNodeWith(source, source.outputsAt(0))

    def keep(self, edit: Keep) -> None:
        left = keep(self._node(edit.node), partial(self._computed, edit.node))
        numbers = {node: number for number, node in self._reader.handles.items()}
        for node in left:
            if node in numbers and not any(output.uses() for output in node.outputs()):
                self._reader.handles.pop(numbers.pop(node), None)
                node.destroy()
        require_schemas(self._graph)

    def hand(self, edit: Hand) -> None:
        owner, slot = self._slot(edit.node, edit.argument)
        owner.replaceInput(slot, self._node(edit.source).outputsAt(0))

    def succeed(self, edit: Succeed) -> None:
        owner, slot = self._slot(edit.source, edit.argument)
        before, result = owner.inputsAt(slot), outside(self._node(edit.node).outputsAt(0))
        if before.node().owningBlock().owningNode() != result.node().owningBlock().owningNode():
            raise EditError("its result is not known where the other is read")
        before.replaceAllUsesAfterNodeWith(result.node(), result)

    def copy(self, edit: Copy) -> None:
        owner, slot = self._slot(edit.node, edit.argument)
        given, around = owner.inputsAt(slot), owner
        while around.owningBlock().owningNode() != given.node().owningBlock().owningNode():
            around = around.owningBlock().owningNode()
        copied = self._computed(edit.node, edit.expression, [("x", given)], around)
        for value in (given, *self._read_again(given)):
            value.replaceAllUsesAfterNodeWith(copied.node(), copied)

    def read(self, edit: Read) -> None:
        owner, slot = self._slot(edit.node, edit.argument)
        owner.replaceInput(slot, self._attribute(edit.name, owner, edit.node))

    def renew(self, edit: Renew) -> None:
        first, like = next(self._graph.nodes()), min(self._reader.handles)
        kept = self._attribute(edit.name, first, like)
        renewed = self._computed(like, edit.expression, [("x", kept)], first)
        written = self._graph.create("prim::SetAttr", [kept.node().inputsAt(0), renewed], 0)
        written.s_("name", kept.node().s("name"))
        written.insertBefore(first)
        self._reader.adopt(written, like)

    def promote(self, edit: Promote) -> None:
        node = self._node(edit.node)
        if node.kind() != "prim::Constant" or node.kindOf("value") != "t":
            raise EditError(f"{node.kind()} holds no tensor")
        name = f"constant_{edit.node}"
        self.promoted[name] = torch.nn.Parameter(node.t("value").detach().clone())
        given = self._graph.addInput(name)
        given.setType(_TENSOR)
        node.output().replaceAllUsesWith(given)
        self._destroy(edit.node)

    def leave(self, edit: Leave) -> None:
        node = self._node(edit.node)
        if node.kind() == "prim::Enter":
            manager = node.inputsAt(0).unique()
            handles = self._reader.handles.items()
            exits = [k for k, n in handles if n.kind() == "prim::Exit" and n.inputsAt(0).unique() == manager]
            for number in (*exits, edit.node):
                self._destroy(number)
        elif node.kind() == "aten::set_grad_enabled":
            self.give(Give(edit.node, "val", True))
        else:
            raise EditError(f"{node.kind()} turns no gradients off")

    def pause(self, edit: Pause) -> None:
        node = self._node(edit.node)
        for enabled in (False, True):
            self._graph.setInsertPoint(node)
            switch = self._graph.create("aten::set_grad_enabled", [self._graph.insertConstant(enabled)], 0)
            (switch.insertAfter if enabled else switch.insertBefore)(node)
            self._reader.adopt(switch, edit.node)

    def stand_in(self, edit: StandIn) -> None:
        node = self._node(edit.node)
        if node.outputsSize() != 1 or "Tensor" not in str(node.output().type()):
            raise EditError(f"{node.kind()} gives more than a tensor")
        read = [v for value in node.inputs() for v in tensors(value)]
        self._graph.setInsertPoint(node)
        shape = self._graph.insertConstant(list(edit.shape))
        dtype = self._graph.insertConstant(edit.dtype)
        listed = self._graph.create("prim::ListConstruct", read, 1)
        listed.output().setType(torch._C.ListType(torch._C.OptionalType.ofTensor()))
        listed.insertBefore(node)
        standing = self._graph.create(STAND_IN, [listed.output(), shape, dtype], 1)
        standing.insertBefore(node)
        for added in (listed, standing):
            self._reader.adopt(added, edit.node)
        self._give_way(edit.node, standing.output())

    def _node(self, number: int) -> Any:
        if number not in self._reader.handles:
            raise EditError(f"there is no node {number} any more")
        return self._reader.handles[number]

    def _destroy(self, number: int) -> None:
        self._reader.handles.pop(number).destroy()

    def _slot(self, number: int, role: str) -> tuple[Any, int]:
        """The node and the input that hold an argument: for `tensors[1]` a list of its own for this node."""
        node = self._node(number)
        names = [a.name for a in self._reader.nodes[number].arguments]
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
        copy = self._graph.create(maker.kind(), list(maker.inputs()), 1)
        copy.output().setType(maker.output().type())
        copy.insertBefore(owner)
        self._reader.adopt(copy, number)
        owner.replaceInput(slot, copy.output())
        return copy

    def _computed(self, like: int, expression: str, arguments: Sequence[tuple[str, Any]], before: Any) -> Any:
        """The value of an expression over values, computed before a node."""
        last = before.prev()
        given = arguments if "None" in expression else [(n, present(self._graph, v, before)) for n, v in arguments]
        function = compiled(expression, [(name, value.type().annotation_str) for name, value in given])
        self._graph.setInsertPoint(before)
        result = self._graph.insertGraph(function.inlined_graph, [value for _, value in given])[0]
        for node in reversed(list(back(before.prev(), last))):
            self._reader.adopt(node, like)
        return result

    def _attribute(self, name: str, before: Any, like: int) -> Any:
        """The value of what a module of the program holds under a dotted name, read before a node."""
        tensor(self._module, name)
        value, held = next(self._graph.inputs()), self._module._c
        for step in name.split("."):
            reading = self._graph.create("prim::GetAttr", [value], 1)
            reading.s_("name", step)
            held, value = held.getattr(step), reading.output()
            value.setType(_TENSOR if isinstance(held, torch.Tensor) else held._type())
            reading.insertBefore(before)
            self._reader.adopt(reading, like)
        return value

    def _read_again(self, value: Any) -> Iterator[Any]:
        """What the program's modules hold, each time that it is read; nothing where a value is no such thing."""
        path = held_as(value.node())
        readings = self._graph.findAllNodes("prim::GetAttr") if path else ()
        yield from (node.output() for node in readings if held_as(node) == path)

    def _give_way(self, number: int, value: Any, result: int = 0) -> None:
        """A result of a node is another value."""
        node = self._node(number)
        if result >= node.outputsSize():
            raise EditError(f"{node.kind()} has no result {result}")
        node.outputsAt(result).replaceAllUsesWith(value)
        if not any(output.uses() for output in node.outputs()):
            self._destroy(number)

    def _require_schema(self, op: str) -> None:
        if not torch._C._jit_get_schemas_for_operator(op):
            raise EditError(f"there is no operation {op}")


_OF_GRAPHS: dict[type, Any] = {
    Wrap: _Editor.wrap,
    Replace: _Editor.replace,
    Become: _Editor.become,
    Give: _Editor.give,
    Reconnect: _Editor.reconnect,
    Keep: _Editor.keep,
    Hand: _Editor.hand,
    Succeed: _Editor.succeed,
    Copy: _Editor.copy,
    Read: _Editor.read,
    Renew: _Editor.renew,
    Promote: _Editor.promote,
    Leave: _Editor.leave,
    Pause: _Editor.pause,
    StandIn: _Editor.stand_in,
}
