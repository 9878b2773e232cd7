"""A method as one graph: every call inlined, and marks in it that still tell the calls apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from whygrad.engine.observe.probes import MARK

ENTER, LEAVE = "enter ", "leave"

Paths = dict[str, tuple[str, Any]]
"""For the name of a value that is a submodule, its dotted path and itself."""


def inlined(module: Any, method: str) -> Any:
    """A copy of the graph of a method, all that it calls in it, also what it forks."""
    _mark_calls(module, method)
    graph = module._get_method(method).graph.copy()
    torch._C._jit_pass_inline(graph)
    while any(node.kind() == "prim::fork" for node in _every(graph)):
        _unfork(graph)
        torch._C._jit_pass_inline(graph)
    return graph


def _unfork(graph: Any) -> None:
    """Put what is forked in the place of the fork. A future that goes through a list is the value itself then."""
    torch._C._jit_pass_inline_fork_wait(graph)
    for block in blocks(graph):
        for value in [*block.inputs(), *(v for node in block.nodes() for v in node.outputs())]:
            if "Future" in str(value.type()):
                value.setType(_awaited(value.type()))
        for node in list(block.nodes()):
            if node.kind() == "aten::wait":
                node.output().replaceAllUsesWith(node.input())
                node.destroy()


def _awaited(kind: Any) -> Any:
    """A type with what futures hold in place of the futures."""
    match kind.kind():
        case "FutureType":
            return _awaited(kind.getElementType())
        case "ListType":
            return torch._C.ListType(_awaited(kind.getElementType()))
        case "OptionalType":
            return torch._C.OptionalType(_awaited(kind.getElementType()))
        case "DictType":
            return torch._C.DictType(kind.getKeyType(), _awaited(kind.getValueType()))
        case "TupleType":
            return torch._C.TupleType([_awaited(inner) for inner in kind.elements()])
    return kind


def blocks(block: Any) -> Iterator[Any]:
    """A block and all the blocks in it; a graph is its outermost block."""
    yield block
    for node in block.nodes():
        for inner in node.blocks():
            yield from blocks(inner)


def _mark_calls(module: Any, method: str) -> None:
    """Put marks around the calls in the methods of a module, so that the inlined graph still tells them apart.

    Inlining forgets names such as `layers.`, and the call stack of operations in some blocks; a mark is an
    operation with an output that carries both through it. Methods belong to a class, so the paths are relative
    to its `self`.
    """
    _mark(module, method, set())


def _mark(module: Any, method: str, done: set[tuple[str, str]]) -> None:
    key = (str(module._type()), method)
    if key in done:
        return
    done.add(key)
    graph = module._get_method(method).graph
    _mark_graph(graph, {next(graph.inputs()).debugName(): ("", module)}, done)


def _mark_graph(graph: Any, paths: Paths, done: set[tuple[str, str]]) -> None:
    for node in list(_every(graph)):
        match node.kind():
            case "prim::GetAttr":
                _follow(node, paths)
            case "prim::fork":
                forked = node.g("Subgraph")
                handed = zip(
                    (v.debugName() for v in forked.inputs()), (v.debugName() for v in node.inputs()), strict=True
                )
                _mark_graph(forked, {inner: paths[outer] for inner, outer in handed if outer in paths}, done)
            case "prim::CallMethod" | "prim::CallFunction":
                _mark_call(graph, node, paths, done)


def _mark_call(graph: Any, node: Any, paths: Paths, done: set[tuple[str, str]]) -> None:
    path, target = paths.get(next(node.inputs()).debugName(), ("", None))
    if target is not None:
        _mark(target, node.s("name"), done)
    text = path if node.kind() == "prim::CallMethod" else f"{path} {_function(node)}"
    _insert_mark(graph, node, ENTER + text).insertBefore(node)
    _insert_mark(graph, node, LEAVE).insertAfter(node)


def _function(call: Any) -> str:
    """The name of the function that a node calls."""
    return str(next(call.inputs()).node().s("name"))


def _follow(node: Any, paths: Paths) -> None:
    """Note the path of the submodule that an attribute read gives."""
    path, owner = paths.get(node.input().debugName(), ("", None))
    if owner is None or not owner.hasattr(node.s("name")):
        return
    value = owner.getattr(node.s("name"))
    if isinstance(value, torch._C.ScriptModule):
        paths[node.output().debugName()] = (f"{path}.{node.s('name')}".lstrip("."), value)


def _insert_mark(graph: Any, beside: Any, text: str) -> Any:
    """A mark with the place of the node beside it, to be inserted; its text is inserted before that node."""
    constant = graph.create("prim::Constant")
    constant.s_("value", text)
    constant.output().setType(torch._C.StringType.get())
    constant.insertBefore(beside)
    mark = graph.create(MARK, [constant.output()], 1)
    mark.output().setType(torch._C.IntType.get())
    mark.copyMetadata(beside)
    return mark


def _every(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _every(inner)
