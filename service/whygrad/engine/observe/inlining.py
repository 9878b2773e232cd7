"""A method as one graph: every call inlined, and marks in it that still tell the calls apart."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import torch

from whygrad.engine.observe.probes import MARK

LEAVE = "leave"

Paths = dict[str, tuple[str, Any]]
"""For the name of a value that is a submodule, its dotted path and itself."""


def inlined(module: Any, method: str, functions: Any) -> Any:
    """A copy of the graph of a method, all that it calls in it, also what it forks.

    `functions` is the compilation unit that the module was loaded into. Calls are marked by what `entered` reads, and
    `leave`.
    """
    marker = _Marker(functions)
    marker.method(module, method)
    graph = module._get_method(method).graph.copy()
    torch._C._jit_pass_inline(graph)
    while _unfork(graph) | _see_through_interfaces(graph, module, marker):
        torch._C._jit_pass_inline(graph)
    return graph


def entered(mark: str) -> list[Any]:
    """What the mark before a call tells: the path of its module, and of a function the caller, its name, its number."""
    told = json.loads(mark)
    assert isinstance(told, list)
    return told


def _see_through_interfaces(graph: Any, module: Any, marker: _Marker) -> bool:
    """Give each submodule that is known by an interface alone its own class, so that its methods can be inlined."""
    held = {next(graph.inputs()).debugName(): module}
    unveiled: set[str] = set()
    called = False
    for node in every(graph):
        if node.kind() == "prim::GetAttr":
            value, name = _submodule(held.get(node.input().debugName()), node.s("name")), node.output().debugName()
            if value is not None:
                held[name] = value
            if value is not None and node.output().type().is_interface_type():
                unveiled.add(name)
                node.output().setType(value._type())
        elif node.kind() == "prim::CallMethod" and (name := next(node.inputs()).debugName()) in unveiled:
            marker.method(held[name], node.s("name"))
            called = True
    return called


def _submodule(owner: Any, name: str) -> Any:
    """The submodule that an attribute is, None where it is something else."""
    value = owner.getattr(name) if owner is not None and owner.hasattr(name) else None
    return value if isinstance(value, torch._C.ScriptModule) else None


def _unfork(graph: Any) -> bool:
    """Put what is forked in the place of the fork. A future that goes through a list is the value itself then."""
    if not any(node.kind() == "prim::fork" for node in every(graph)):
        return False
    torch._C._jit_pass_inline_fork_wait(graph)
    for block in blocks(graph):
        for value in [*block.inputs(), *(v for node in block.nodes() for v in node.outputs())]:
            if "Future" in str(value.type()):
                value.setType(_awaited(value.type()))
        for node in list(block.nodes()):
            if node.kind() == "aten::wait":
                node.output().replaceAllUsesWith(node.input())
                node.destroy()
    return True


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


class _Marker:
    """Puts marks around the calls in a method and in all that it calls, so that the inlined graph tells them apart.

    Inlining forgets names such as `layers.`, the call stack of operations in some blocks, and the line of a call of
    a function; a mark is an operation with an output that carries these through it. Methods belong to a class, so
    the paths are relative to its `self`.
    """

    def __init__(self, functions: Any) -> None:
        self._functions = functions
        self._done: set[str] = set()

    def method(self, module: Any, name: str) -> None:
        """Mark the calls in a method, once for its class."""
        caller = f"{module._type().annotation_str}.{name}"
        graph = module._get_method(name).graph
        self._callable(caller, graph, {next(graph.inputs()).debugName(): ("", module)})

    def _callable(self, caller: str, graph: Any, paths: Paths) -> None:
        if caller not in self._done:
            self._done.add(caller)
            self._graph(caller, graph, paths, defaultdict(int))

    def _graph(self, caller: str, graph: Any, paths: Paths, calls: dict[str, int]) -> None:
        for node in list(every(graph)):
            match node.kind():
                case "prim::GetAttr":
                    _follow(node, paths)
                case "prim::fork":
                    forked = node.g("Subgraph")
                    self._graph(caller, forked, _handed(node, forked, paths), calls)
                case "prim::CallMethod":
                    path, target = paths.get(next(node.inputs()).debugName(), ("", None))
                    if target is not None:
                        self.method(target, node.s("name"))
                    _surround(graph, node, [path])
                case "prim::CallFunction":
                    self._function(caller, graph, node, calls)

    def _function(self, caller: str, graph: Any, node: Any, calls: dict[str, int]) -> None:
        name = next(node.inputs()).type().annotation_str
        _surround(graph, node, ["", caller, name, calls[name]])
        calls[name] += 1
        called = self._functions.find_function(name)
        if called is not None:
            self._callable(name, called.graph, {})


def _handed(fork: Any, forked: Any, paths: Paths) -> Paths:
    """The paths of the submodules that a fork is given, by their names in it."""
    names = zip((v.debugName() for v in forked.inputs()), (v.debugName() for v in fork.inputs()), strict=True)
    return {inner: paths[outer] for inner, outer in names if outer in paths}


def _surround(graph: Any, call: Any, told: list[Any]) -> None:
    _insert_mark(graph, call, json.dumps(told)).insertBefore(call)
    leave = _insert_mark(graph, call, LEAVE)
    leave.addInput(call.output())  # else inlining leaves out a call whose result nobody reads
    leave.insertAfter(call)


def _follow(node: Any, paths: Paths) -> None:
    """Note the path of the submodule that an attribute read gives."""
    path, owner = paths.get(node.input().debugName(), ("", None))
    value = _submodule(owner, node.s("name"))
    if value is not None:
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


def every(block: Any) -> Iterator[Any]:
    """Every node of a block, and of the blocks in it, in order; a graph is its outermost block."""
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from every(inner)
