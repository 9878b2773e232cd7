"""A TorchScript graph: its nodes read as plain data, and probes put between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch

from whygrad.engine.observation import Argument, Json, Node
from whygrad.engine.observe.probes import MARK, SEEN, Site

ENTER, LEAVE = "enter ", "leave"
_PLUMBING = {"prim::Constant", MARK, "prim::Uninitialized"}
_CONTROL = {"prim::If", "prim::Loop"}
_UNPROBED = _CONTROL | {
    "prim::Enter",
    "prim::Exit",
    "prim::CreateObject",
    "prim::TupleConstruct",
    "prim::ListConstruct",
    "prim::DictConstruct",
    "prim::TupleUnpack",
    "prim::TupleIndex",
    "prim::unchecked_cast",
    "prim::unchecked_unwrap_optional",
    "aten::_unwrap_optional",
    "aten::__is__",
    "aten::__isnot__",
}
_CONTAINERS = {"aten::append", "aten::__getitem__", "aten::_set_item", "aten::insert", "aten::extend", "aten::pop"}
_OPAQUE = {"prim::CallMethod", "prim::CallFunction", "prim::fork", "prim::PythonOp"}
_SCALARS = re.compile(
    r"^(int|float|bool|Scalar|str|NoneType|Device)$|^(int|float|bool)\[\]$|^List\[(int|float|bool)\]$"
)


def mark_calls(module: Any, method: str) -> None:
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
    paths = {next(graph.inputs()).debugName(): ("", module)}
    for node in list(_every(graph)):
        if node.kind() == "prim::GetAttr":
            _follow(node, paths)
        elif node.kind() in ("prim::CallMethod", "prim::CallFunction"):
            path, target = paths.get(next(node.inputs()).debugName(), ("", None))
            if target is not None:
                _mark(target, node.s("name"), done)
            text = path if node.kind() == "prim::CallMethod" else f"{path} {_function(node)}"
            _insert_mark(graph, node, ENTER + text).insertBefore(node)
            _insert_mark(graph, node, LEAVE).insertAfter(node)


def _function(call: Any) -> str:
    """The name of the function that a node calls."""
    return str(next(call.inputs()).node().s("name"))


def _follow(node: Any, paths: dict[str, tuple[str, Any]]) -> None:
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


@dataclass(frozen=True)
class Place:
    """What tells where a node comes from: itself, and the call that it was inlined from.

    `hint` is for what torch gives no range: a pattern that the source line matches, near the node `number`.
    """

    own: Any
    call: Place | None
    number: int
    hint: str | None = None

    @property
    def plain(self) -> bool:
        """Whether torch itself tells all of it."""
        return self.hint is None and (self.call is None or self.call.plain)


@dataclass(frozen=True)
class _Scope:
    """The call that a stretch of the graph was inlined from, and whose code it is."""

    module: str = ""
    call: Place | None = None


class GraphReader:
    """Reads an inlined graph into nodes and takes the marks out of it."""

    def __init__(self, graph: Any) -> None:
        self.nodes: list[Node] = []
        self.places: list[Place] = []
        self.handles: dict[int, Any] = {}
        self.opaque: list[int] = []
        self._regions: list[int] = []
        self._marks: list[Any] = []
        self._kept = torch._C.Graph()
        self._block(graph, None, _Scope())
        self.returns: int = next(graph.outputs()).unique()
        self.blocks: list[Any] = list(_blocks(graph))
        for mark in self._marks:
            mark.destroy()

    def _block(self, block: Any, parent: int | None, scope: _Scope) -> None:
        scopes = [scope]
        for node in block.nodes():
            if node.kind() == MARK:
                self._read_mark(node, scopes)
            elif node.kind() not in _PLUMBING:
                self._node(node, parent, scopes[-1])

    def _read_mark(self, node: Any, scopes: list[_Scope]) -> None:
        self._marks.append(node)
        text = next(node.inputs()).toIValue()
        if text == LEAVE:
            scopes.pop()
            return
        path, _, function = text.removeprefix(ENTER).partition(" ")
        hint = rf"\b{re.escape(function)}\s*\(" if function else None
        place = Place(self._keep(node), scopes[-1].call, len(self.nodes), hint)
        scopes.append(_Scope(f"{scopes[-1].module}.{path}".strip("."), place))

    def _keep(self, mark: Any) -> Any:
        """A node that stays, with the place of a mark that will go."""
        kept = self._kept.create(MARK, [], 1)
        kept.copyMetadata(mark)
        self._kept.appendNode(kept)
        return kept

    def _node(self, node: Any, parent: int | None, scope: _Scope) -> None:
        number = len(self.nodes)
        self.handles[number] = node
        self.nodes.append(self._read(node, number, parent, scope.module))
        self.places.append(Place(node, scope.call, number, _hint(node)))
        if node.kind() in _OPAQUE:
            self.opaque.append(number)
        if node.kind() == "prim::Enter":
            self._regions.append(number)
        elif node.kind() == "prim::Exit" and self._regions:
            self._regions.pop()
        for block in node.blocks():
            self._block(block, number, scope)

    def _read(self, node: Any, number: int, parent: int | None, module: str) -> Node:
        formals = _formals(node)
        inputs = list(node.inputs())
        names = [formals[i][0] if i < len(formals) else str(i) for i in range(len(inputs))]
        return Node(
            id=number,
            op=node.kind(),
            module=module,
            arguments=tuple(_argument(n, v) for n, v in zip(names, inputs, strict=True)),
            outputs=tuple(v.unique() for v in node.outputs()),
            writes=tuple(name for name, written in formals if written),
            parent=parent,
            joins=_joins(node),
            regions=tuple(self._regions),
            attribute=node.s("name") if node.kind() in ("prim::GetAttr", "prim::SetAttr", "prim::CallMethod") else None,
        )


def _hint(node: Any) -> str | None:
    """What the source line looks like, of an operation that torch gives no range."""
    if node.kind() == "prim::Enter":
        return r"^\s*with\b"
    if node.kind() == "prim::data":
        return r"\.data\b"
    if node.kind() == "prim::SetAttr":
        attribute = re.escape(node.s("name"))
        return rf"\.{attribute}\b\s*(:[^=]*)?=[^=]|\.{attribute}\b\s*,.*="
    return None


def _blocks(block: Any) -> Iterator[Any]:
    yield block
    for node in block.nodes():
        for inner in node.blocks():
            yield from _blocks(inner)


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
        return (content, True) if content is None or isinstance(content, bool | int | float | str) else (None, False)
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


def probe_graph(graph: Any, reader: GraphReader) -> tuple[Site, ...]:
    """Put a probe between each pair of neighbours of every block; what each carries is returned by its number."""
    prober = _Prober(graph, reader)
    for block in reader.blocks:
        prober.block(block)
    return tuple(prober.sites)


@dataclass
class _Prober:
    graph: Any
    reader: GraphReader
    sites: list[Site] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = {handle: number for number, handle in self.reader.handles.items()}

    def block(self, block: Any) -> None:
        """Probe one block; the blocks inside it are probed on their own."""
        last: tuple[int, list[Any]] | None = None
        last_handle = None
        for node in list(block.nodes()):
            number = self._numbers.get(node)
            if number is None:
                continue
            entered = self._entered(node)
            if last is not None or entered is not None:
                self._insert(last, number if entered is not None else None, entered or []).insertBefore(node)
            outputs = [] if node.kind() in _UNPROBED else [v for v in node.outputs() if _tensorial(v)]
            last = (number, outputs) if entered is not None else None
            last_handle = node
        if last is not None and last_handle is not None:
            self._insert(last, None, []).insertAfter(last_handle)

    def _entered(self, node: Any) -> list[tuple[str, Any]] | None:
        """The arguments to record when a node is entered, None for a node that needs no record."""
        kind = node.kind()
        if kind in _UNPROBED:
            return None
        names = [a.name for a in self.reader.nodes[self._numbers[node]].arguments]
        pairs = list(zip(names, node.inputs(), strict=True))
        if kind in _CONTAINERS and str(pairs[0][1].type()) != "Tensor":
            pairs = pairs[1:]
        tensors = any(_tensorial(v) for v in node.outputs()) or any(_tensorial(v) for _, v in pairs)
        if not tensors and kind not in ("prim::RaiseException", "prim::ListUnpack"):
            return None
        return [(n, v) for n, v in pairs if _tensorial(v) or _computed_scalar(v)]

    def _insert(self, last: tuple[int, list[Any]] | None, before: int | None, entered: list[tuple[str, Any]]) -> Any:
        after, outputs = last if last is not None else (None, [])
        roles = tuple(name for name, _ in entered)
        self.sites.append(Site(after, len(outputs), before, roles))
        anchor = _Anchor(self.graph)
        values = anchor.tuple([*outputs, *(v for _, v in entered)])
        number = anchor.integer(len(self.sites) - 1)
        return anchor.probe(values, number)


class _Anchor:
    """The three nodes of one probe: its tuple, its number and itself, inserted together."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._nodes: list[Any] = []

    def tuple(self, values: list[Any]) -> Any:
        node = self._graph.create("prim::TupleConstruct", values, 1)
        node.output().setType(torch._C.TupleType([v.type() for v in values]))
        self._nodes.append(node)
        return node.output()

    def integer(self, number: int) -> Any:
        node = self._graph.create("prim::Constant")
        node.i_("value", number)
        node.output().setType(torch._C.IntType.get())
        self._nodes.append(node)
        return node.output()

    def probe(self, values: Any, number: Any) -> _Anchor:
        self._nodes.append(self._graph.create(SEEN, [values, number], 0))
        return self

    def insertBefore(self, node: Any) -> None:  # noqa: N802 - as torch spells it
        for created in self._nodes:
            created.insertBefore(node)

    def insertAfter(self, node: Any) -> None:  # noqa: N802 - as torch spells it
        for created in reversed(self._nodes):
            created.insertAfter(node)


def _tensorial(value: Any) -> bool:
    """Whether a value is or may hold tensors that a probe can look at."""
    return "Tensor" in str(value.type()) and "Future" not in str(value.type())


def _computed_scalar(value: Any) -> bool:
    return value.node().kind() != "prim::Constant" and bool(_SCALARS.match(str(value.type())))
