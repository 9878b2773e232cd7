"""Probes put into a graph, one between each pair of neighbours of every block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch

from whygrad.engine.observe.graph import GraphReader
from whygrad.engine.observe.probes import SEEN, Site
from whygrad.engine.operations import FILLING, INDICES

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
_BOUNDED = INDICES | {"target"}
_BUILDERS = {"aten::tensor", "aten::as_tensor"}
_CONTAINERS = FILLING | {"aten::__getitem__", "aten::pop", "aten::len"}
_SCALAR = r"(int|float|bool|number|str|Device)"
_SCALARS = re.compile(rf"^(NoneType|{_SCALAR}|List\[{_SCALAR}\]|Optional\[({_SCALAR}|List\[{_SCALAR}\])\])$")


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
            last = (number, _given(node)) if entered is not None else None
            last_handle = node
        if last is not None and last_handle is not None:
            self._insert(last, None, []).insertAfter(last_handle)

    def _entered(self, node: Any) -> list[tuple[str, Any]] | None:
        """The arguments to record when a node is entered, None for a node that needs no record."""
        kind = node.kind()
        if kind in _UNPROBED:
            return None
        pairs = list(zip(self.reader.nodes[self._numbers[node]].arguments, node.inputs(), strict=True))
        if kind in _CONTAINERS and pairs[0][0].type != "Tensor":
            pairs = pairs[1:]
        tensors = any(_tensorial(a.type) for a, _ in pairs) or any(_tensorial(str(v.type())) for v in node.outputs())
        if not tensors and kind not in ("prim::RaiseException", "prim::ListUnpack"):
            return None
        return [(a.name, v) for a, v in pairs if _tensorial(a.type) or (_scalar(a.type) and _computed(v))]

    def _by_itself(self, number: int | None) -> bool:
        if number is None:
            return False
        node = self.reader.nodes[number]
        return node.op == "prim::tolist" or (node.op in _BUILDERS and all(a.type != "Tensor" for a in node.arguments))

    def _indices(self, number: int | None) -> frozenset[str]:
        """The arguments of a node that say which places of another tensor are meant."""
        one_hot = number is not None and self.reader.nodes[number].op == "aten::one_hot"
        return frozenset({"self"}) if one_hot else _BOUNDED

    def _insert(self, last: tuple[int, list[Any]] | None, before: int | None, entered: list[tuple[str, Any]]) -> Any:
        after, outputs = last if last is not None else (None, [])
        roles = tuple(name for name, _ in entered)
        indices = frozenset(roles) & self._indices(before)
        self.sites.append(Site(after, len(outputs), before, roles, indices, self._by_itself(before)))
        anchor = _Anchor(self.graph)
        values = anchor.tuple([*outputs, *(v for _, v in entered)])
        number = anchor.integer(len(self.sites) - 1)
        return anchor.probe(values, number)


def _given(node: Any) -> list[Any]:
    """What a node gave: one that fills a list, what it put in, since all that the list holds grows with each."""
    if node.kind() in _UNPROBED:
        return []
    values = list(node.inputs())[1:] if node.kind() in FILLING else node.outputs()
    return [v for v in values if _tensorial(str(v.type()))]


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


def _tensorial(kind: str) -> bool:
    """Whether a value of a type is or may hold tensors that a probe can look at."""
    return "Tensor" in kind and "Future" not in kind


@cache
def _scalar(kind: str) -> bool:
    return bool(_SCALARS.match(kind))


def _computed(value: Any) -> bool:
    return bool(value.node().kind() != "prim::Constant")
