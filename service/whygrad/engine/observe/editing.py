"""Makes edits in the graph of a loaded TorchScript program."""

from __future__ import annotations

from collections.abc import Sequence
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
from whygrad.engine.observe.expressions import EditError, as_typed, over_its_list
from whygrad.engine.observe.grafting import Grafter, enclosing
from whygrad.engine.observe.graph import GraphReader, held_as
from whygrad.engine.observe.keeping import keep, require_schemas
from whygrad.engine.observe.probes import STAND_IN
from whygrad.engine.observe.values import made_at_once, named_in, outside, tensors

_TENSOR = torch._C.TensorType.get()


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


class _Editor(Grafter):
    """One method for each edit."""

    def __init__(self, graph: Any, reader: GraphReader, module: Any) -> None:
        super().__init__(graph, reader, module)
        self.promoted: dict[str, torch.Tensor] = {}

    def wrap(self, edit: Wrap) -> None:
        node, whole = self.node(edit.node), over_its_list(edit)
        if whole is not None:
            owner, slot = self.slot(edit.node, whole.argument)
            edit = edit if made_at_once(owner.inputsAt(slot)) else whole
        owner, slot = self.slot(edit.node, edit.argument)
        value = owner.inputsAt(slot)
        named = named_in(edit.expression, [a.name for a in self.reader.nodes[edit.node].arguments], node)
        others = [(name, other) for name, other in named if name != "x"]
        wrapped = self.computed(edit.node, edit.expression, [("x", value), *others], owner)
        if edit.argument in self.reader.nodes[edit.node].writes:  # what is read of it from here on is what was written
            value.replaceAllUsesAfterNodeWith(node, wrapped)
        owner.replaceInput(slot, wrapped)

    def replace(self, edit: Replace) -> None:
        node, known = self.node(edit.node), self.reader.nodes[edit.node]
        names = [a.name for a in known.arguments]
        inserted = self.computed(edit.node, edit.expression, named_in(edit.expression, names, node), node)
        written = () if edit.writes else known.writes
        for name, value in zip(names, node.inputs(), strict=True):
            if name in written and value.unique() != inserted.unique():  # it is read as it would have been written
                for read in (value, *self.read_again(value)):
                    read.replaceAllUsesAfterNodeWith(node, inserted)
        self.give_way(edit.node, inserted, edit.result)

    def become(self, edit: Become) -> None:
        node, known = self.node(edit.node), self.reader.nodes[edit.node]
        self.require_schema(edit.op)
        other = self.graph.create(edit.op, list(node.inputs()), node.outputsSize())
        other.insertAfter(node)
        for old, new in zip(node.outputs(), other.outputs(), strict=True):
            new.setType(old.type())
        for argument, value in zip(known.arguments, node.inputs(), strict=True):
            if argument.name in known.writes:
                value.replaceAllUsesAfterNodeWith(other, other.outputsAt(0))
        for old, new in zip(node.outputs(), other.outputs(), strict=True):
            old.replaceAllUsesWith(new)
        self.destroy(edit.node)
        self.reader.adopt(other, edit.node)

    def give(self, edit: Give) -> None:
        owner, slot = self.slot(edit.node, edit.argument)
        kind = owner.inputsAt(slot).type()
        self.graph.setInsertPoint(owner)
        owner.replaceInput(slot, self.graph.insertConstant(as_typed(edit.value, str(kind))))

    def reconnect(self, edit: Reconnect) -> None:
        if edit.argument is not None:
            owner, slot = self.slot(edit.source, edit.argument)
            self.give_way(edit.node, owner.inputsAt(slot))
            return
        source = self.node(edit.source)
        self.node(edit.node).outputsAt(0).replaceAllUsesAfterNodeWith(source, source.outputsAt(0))

    def keep(self, edit: Keep) -> None:
        left = keep(self.node(edit.node), partial(self.computed, edit.node))
        numbers = {node: number for number, node in self.reader.handles.items()}
        for node in left:
            if node in numbers and not any(output.uses() for output in node.outputs()):
                self.reader.handles.pop(numbers.pop(node), None)
                node.destroy()
        require_schemas(self.graph)

    def hand(self, edit: Hand) -> None:
        owner, slot = self.slot(edit.node, edit.argument)
        owner.replaceInput(slot, self.node(edit.source).outputsAt(0))

    def succeed(self, edit: Succeed) -> None:
        owner, slot = self.slot(edit.source, edit.argument)
        before, result = owner.inputsAt(slot), outside(self.node(edit.node).outputsAt(0))
        if before.node().owningBlock().owningNode() != result.node().owningBlock().owningNode():
            raise EditError("its result is not known where the other is read")
        before.replaceAllUsesAfterNodeWith(result.node(), result)

    def copy(self, edit: Copy) -> None:
        owner, slot = self.slot(edit.node, edit.argument)
        given, around, held = owner.inputsAt(slot), owner, held_as(owner.inputsAt(slot).node())
        loops = [node for node in enclosing(given.node()) if node.kind() == "prim::Loop"]
        if held and loops:  # of what each round reads anew there is one copy, made before the first
            around = loops[-1]
            given = self.attribute(held, around, edit.node)
        while around.owningBlock().owningNode() != given.node().owningBlock().owningNode():
            around = around.owningBlock().owningNode()
        copied = self.computed(edit.node, edit.expression, [("x", given)], around)
        for value in (given, *self.read_again(given)):
            value.replaceAllUsesAfterNodeWith(copied.node(), copied)

    def read(self, edit: Read) -> None:
        owner, slot = self.slot(edit.node, edit.argument)
        owner.replaceInput(slot, self.attribute(edit.name, owner, edit.node))

    def renew(self, edit: Renew) -> None:
        first, like = next(self.graph.nodes()), min(self.reader.handles)
        kept = self.attribute(edit.name, first, like)
        renewed = self.computed(like, edit.expression, [("x", kept)], first)
        written = self.graph.create("prim::SetAttr", [kept.node().inputsAt(0), renewed], 0)
        written.s_("name", kept.node().s("name"))
        written.insertBefore(first)
        self.reader.adopt(written, like)

    def promote(self, edit: Promote) -> None:
        node = self.node(edit.node)
        if node.kind() != "prim::Constant" or node.kindOf("value") != "t":
            raise EditError(f"{node.kind()} holds no tensor")
        name = f"constant_{edit.node}"
        self.promoted[name] = torch.nn.Parameter(node.t("value").detach().clone())
        given = self.graph.addInput(name)
        given.setType(_TENSOR)
        node.output().replaceAllUsesWith(given)
        self.destroy(edit.node)

    def leave(self, edit: Leave) -> None:
        node = self.node(edit.node)
        if node.kind() == "prim::Enter":
            manager = node.inputsAt(0).unique()
            handles = self.reader.handles.items()
            exits = [k for k, n in handles if n.kind() == "prim::Exit" and n.inputsAt(0).unique() == manager]
            for number in (*exits, edit.node):
                self.destroy(number)
        elif node.kind() == "aten::set_grad_enabled":
            self.give(Give(edit.node, "val", True))
        else:
            raise EditError(f"{node.kind()} turns no gradients off")

    def pause(self, edit: Pause) -> None:
        node = self.node(edit.node)
        for enabled in (False, True):
            self.graph.setInsertPoint(node)
            switch = self.graph.create("aten::set_grad_enabled", [self.graph.insertConstant(enabled)], 0)
            (switch.insertAfter if enabled else switch.insertBefore)(node)
            self.reader.adopt(switch, edit.node)

    def stand_in(self, edit: StandIn) -> None:
        node = self.node(edit.node)
        if node.outputsSize() != 1 or "Tensor" not in str(node.output().type()):
            raise EditError(f"{node.kind()} gives more than a tensor")
        read = [v for value in node.inputs() for v in tensors(value)]
        self.graph.setInsertPoint(node)
        shape = self.graph.insertConstant(list(edit.shape))
        dtype = self.graph.insertConstant(edit.dtype)
        listed = self.graph.create("prim::ListConstruct", read, 1)
        listed.output().setType(torch._C.ListType(torch._C.OptionalType.ofTensor()))
        listed.insertBefore(node)
        standing = self.graph.create(STAND_IN, [listed.output(), shape, dtype], 1)
        standing.insertBefore(node)
        for added in (listed, standing):
            self.reader.adopt(added, edit.node)
        self.give_way(edit.node, standing.output())


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
