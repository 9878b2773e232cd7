"""A TorchScript graph, read: its nodes as plain data, and where each comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import torch

from whygrad.engine.observation import Argument, Json, Node
from whygrad.engine.observe.callsites import CallSite
from whygrad.engine.observe.inlining import LEAVE, entered
from whygrad.engine.observe.looks import look
from whygrad.engine.observe.placing import Place, whose
from whygrad.engine.observe.probes import MARK, json_of

_PLUMBING = {MARK, "prim::Uninitialized"}
_MARKED, _PASSED_OVER = -1, -2
_HELD = {"Tensor", "List[Tensor]", "Dict[str, Tensor]", "Dict[int, Tensor]"}
"""The types of the attributes that hold tensors."""

_OPAQUE = {"prim::CallMethod", "prim::CallFunction", "prim::fork", "prim::PythonOp"}


@dataclass(frozen=True)
class _Scope:
    """The call that a stretch of the graph was inlined from, and whose code it is."""

    module: str = ""
    call: Place | None = None
    calls: tuple[tuple[str, int], ...] = ()


class GraphReader:
    """Reads an inlined graph into nodes and takes the marks out of it.

    `added` has for each node that an edit put in the one that it stands in the place of. `like` has read another copy
    of the same graph: torch numbers the values of all copies alike.
    """

    def __init__(self, graph: Any, like: GraphReader | None = None) -> None:
        self.nodes: list[Node] = []
        self.places: list[Place] = []
        self.handles: dict[int, Any] = {}
        self.opaque: list[int] = []
        self.added: dict[int, int] = {}
        self.attributes: dict[str, None] = {}
        self.blocks: list[Any] = []
        self._outline: list[int] = []  # of every node in order its number, or what it is instead of one
        self._nests: list[int] = []
        self._regions: list[int] = []
        self._marks: list[Any] = []
        self._called: Counter[str] = Counter()
        self._kept = torch._C.Graph()
        if like is not None:
            self._take_over(graph, like)
        else:
            self._block(graph, None, _Scope())
        self.returns: int = next(graph.outputs()).unique()
        for mark in self._marks:
            mark.destroy()

    def _take_over(self, graph: Any, like: GraphReader) -> None:
        """Know of a copy what is known of its like."""
        self.nodes = like.nodes[: len(like.places)]
        self.opaque, self.attributes, self._nests = list(like.opaque), dict(like.attributes), list(like._nests)
        self._hold(graph, iter(like._outline), frozenset(like._nests))

    def _hold(self, block: Any, outline: Iterator[int], nests: frozenset[int]) -> None:
        self.blocks.append(block)
        for node, number in zip(block.nodes(), outline):  # noqa: B905 - the outline goes on behind the block
            if number == _MARKED:
                self._marks.append(node)
            elif number != _PASSED_OVER:
                self.handles[number] = node
            if number in nests:
                for inner in node.blocks():
                    self._hold(inner, outline, nests)

    def reserve(self) -> int:
        """Keep the next number free, for what stands for the loss."""
        number = len(self.nodes)
        self.nodes.append(Node(number, "prim::Return", "", (), ()))
        return number

    def adopt(self, node: Any, like: int) -> None:
        """Give numbers to a node that an edit put in, and to those in it: they stand where the node `like` does."""
        if _is_plumbing(node):
            return
        number = self.reserve()
        self.added[number], self.handles[number] = like, node
        around = self.nodes[like]
        self.nodes[number] = self._read(node, number, None, _Scope(around.module, calls=around.calls))
        for block in node.blocks():
            self.blocks.append(block)
            self._nests.append(number)
            for inner in block.nodes():
                self.adopt(inner, like)

    def reread(self, graph: Any) -> None:
        """Read the nodes again that an edit has changed or moved, and those that hold blocks."""
        self._regions = []
        self.returns = next(graph.outputs()).unique()
        self._again(graph, None, {handle: number for number, handle in self.handles.items()}, frozenset(self._nests))

    def _again(self, block: Any, parent: int | None, numbers: Mapping[Any, int], nests: frozenset[int]) -> None:
        for node in block.nodes():
            number = numbers.get(node)
            if number is None:
                continue
            if number in nests or not self._is_known(node, self.nodes[number], parent):
                known = self.nodes[number]
                self.nodes[number] = self._read(node, number, parent, _Scope(known.module, calls=known.calls))
            self._follow_region(node, number)
            if number in nests:
                for inner in node.blocks():
                    self._again(inner, number, numbers, nests)

    def _is_known(self, node: Any, known: Node, parent: int | None) -> bool:
        """Whether a node still reads the same values in the same place."""
        here = (parent, tuple(self._regions))
        return here == (known.parent, known.regions) and [v.unique() for v in node.inputs()] == [
            a.value for a in known.arguments
        ]

    def _block(self, block: Any, parent: int | None, scope: _Scope) -> None:
        scopes = [scope]
        self.blocks.append(block)
        for node in block.nodes():
            if node.kind() == MARK:
                self._outline.append(_MARKED)
                self._read_mark(node, scopes)
            elif _is_plumbing(node):
                self._outline.append(_PASSED_OVER)
            else:
                self._outline.append(len(self.nodes))
                self._node(node, parent, scopes[-1])

    def _read_mark(self, node: Any, scopes: list[_Scope]) -> None:
        self._marks.append(node)
        text = next(node.inputs()).toIValue()
        if text == LEAVE:
            scopes.pop()
            return
        path, *called = entered(text)
        site = CallSite(*called) if called else None
        around = scopes[-1]
        place = Place(self._keep(node), around.call, len(self.nodes), site=site)
        module = f"{around.module}.{path}".strip(".")
        scopes.append(_Scope(module, place, (*around.calls, self._count(module)) if path else around.calls))

    def _count(self, module: str) -> tuple[str, int]:
        """The number of a call among those of its module."""
        self._called[module] += 1
        return module, self._called[module]

    def _keep(self, mark: Any) -> Any:
        """A node that stays, with the place of a mark that will go."""
        kept = self._kept.create(MARK, [], 1)
        kept.copyMetadata(mark)
        self._kept.appendNode(kept)
        return kept

    def _node(self, node: Any, parent: int | None, scope: _Scope) -> None:
        number = len(self.nodes)
        self.handles[number] = node
        self.nodes.append(self._read(node, number, parent, replace(scope, module=whose(node, scope.module))))
        self.places.append(Place(node, scope.call, number))
        if node.kind() in _OPAQUE:
            self.opaque.append(number)
        path = held_as(node)
        if path and str(node.output().type()) in _HELD:
            self.attributes[path] = None
        self._follow_region(node, number)
        for block in node.blocks():
            self._nests.append(number)
            self._block(block, number, scope)

    def _follow_region(self, node: Any, number: int) -> None:
        if node.kind() == "prim::Enter":
            self._regions.append(number)
        elif node.kind() == "prim::Exit" and self._regions:
            self._regions.pop()

    def _read(self, node: Any, number: int, parent: int | None, scope: _Scope) -> Node:
        formals = _formals(node)
        inputs = list(node.inputs())
        names = [formals[i][0] if i < len(formals) else str(i) for i in range(len(inputs))]
        return Node(
            id=number,
            op=node.kind(),
            module=scope.module,
            calls=scope.calls,
            arguments=tuple(_argument(n, v) for n, v in zip(names, inputs, strict=True)),
            outputs=tuple(v.unique() for v in node.outputs()),
            writes=tuple(name for name, written in formals if written),
            parent=parent,
            joins=_joins(node),
            regions=tuple(self._regions),
            attribute=node.s("name") if node.kind() in ("prim::GetAttr", "prim::SetAttr", "prim::CallMethod") else None,
            look=look(node.output().toIValue()) if node.kind() == "prim::Constant" else None,
        )


def _is_plumbing(node: Any) -> bool:
    """Whether a node is none of the program's operations. A tensor that it holds as a constant counts as one."""
    if node.kind() == "prim::Constant":
        return not isinstance(node.output().toIValue(), torch.Tensor)
    return node.kind() in _PLUMBING


def held_as(node: Any) -> str | None:
    """The dotted name of what a node reads from the program's modules; None where it reads nothing of them."""
    if node.kind() != "prim::GetAttr":
        return None
    owner = node.input().node()
    name: str = node.s("name")
    if owner.kind() == "prim::Param":
        return name
    path = held_as(owner)
    return f"{path}.{name}" if path else None


def _formals(node: Any) -> tuple[tuple[str, bool], ...]:
    """The names of a node's arguments and whether each is written."""
    if node.kind() in ("prim::SetAttr", "prim::GetAttr", "prim::data"):
        return (("self", False), ("value", False))
    return _schema(node.schema())


@cache
def _schema(text: str) -> tuple[tuple[str, bool], ...]:
    if "->" not in text:
        return ()
    arguments = torch._C.parse_schema(text).arguments
    return tuple((a.name, a.alias_info is not None and a.alias_info.is_write) for a in arguments)


def _argument(name: str, value: Any) -> Argument:
    literal, constant = _literal(value)
    variable = re.sub(r"\.\d+$", "", value.debugName())
    shown = "" if re.match(r"^_?\d|^_\d*$", variable) else variable
    return Argument(name, value.unique(), str(value.type()), shown, constant, literal)


def _literal(value: Any) -> tuple[Json, bool]:
    """The constant behind a value, also a list of constants, and whether there is one."""
    node = value.node()
    if node.kind() == "prim::Constant":
        content = value.toIValue()
        known = content is None or isinstance(content, bool | int | float | str | torch.device)
        return (json_of(content), True) if known else (None, False)
    if node.kind() == "prim::ListConstruct":
        items = [_literal(v) for v in node.inputs()]
        if all(constant for _, constant in items):
            return [item for item, _ in items], True
    return None, False


def _joins(node: Any) -> tuple[tuple[int, int], ...]:
    """How control flow hands values on: (from, to)."""
    outputs = [v.unique() for v in node.outputs()]
    found: list[tuple[int, int]] = []
    if node.kind() == "prim::If":
        for block in node.blocks():
            found += zip((v.unique() for v in block.outputs()), outputs, strict=True)
    elif node.kind() == "prim::Loop":
        block = next(node.blocks())
        carried = [v.unique() for v in block.inputs()][1:]
        results = [v.unique() for v in block.outputs()][1:]
        initial = [v.unique() for v in node.inputs()][2:]
        for source in (initial, results):
            found += zip(source, carried, strict=True)
            found += zip(source, outputs, strict=True)
    return tuple(found)
