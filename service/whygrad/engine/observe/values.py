"""The values of a graph: those that a list is made of, those between two nodes, one outside of its branches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import torch

MAKERS = ("prim::ListConstruct", "prim::TupleConstruct")
"""Nodes that make a list or tuple of values."""


_CHANGING = tuple(f"aten::{name}" for name in ("append", "extend", "insert", "pop", "remove", "clear", "_set_item"))


def back(node: Any, end: Any) -> Iterator[Any]:
    """A node and those before it in its block, up to another."""
    while node != end:
        yield node
        node = node.prev()


def outside(value: Any) -> Any:
    """A value outside the branches of torch's own checks that it was computed in."""
    for use in value.uses():
        owner = use.user.owningBlock().owningNode() if use.user.kind() == "prim::Return" else None
        if owner is not None and owner.kind() == "prim::If":
            return outside(owner.outputsAt(use.offset))
    return value


def made_at_once(value: Any) -> bool:
    """Whether a value is a list or tuple that holds what it was made with: nothing is put into it later."""
    changed = any(use.user.kind() in _CHANGING and use.offset == 0 for use in value.uses())
    return value.node().kind() in MAKERS and not changed


def named_in(expression: str, names: Sequence[str], node: Any) -> list[tuple[str, Any]]:
    """The arguments of a node, under their names, that an expression names."""
    used = set(re.findall(r"[A-Za-z_]\w*", expression))
    given = zip(names, node.inputs(), strict=True)
    return [(n, v) for name, value in given for n, v in _named(name, value) if n in used]


def _named(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value under its name, and where it is a list made at once each of those in it: `tensors_1`."""
    yield name, value
    if made_at_once(value):
        yield from ((f"{name}_{place}", each) for place, each in enumerate(value.node().inputs()))


def present(graph: Any, value: Any, before: Any) -> Any:
    """A tensor that need not be given, under the type of one that is, for a node that reads it where it is."""
    if value.type().annotation_str != "Optional[Tensor]":
        return value
    unwrapped = graph.create("prim::unchecked_unwrap_optional", [value], 1)
    unwrapped.output().setType(torch._C.TensorType.get())
    unwrapped.insertBefore(before)
    return unwrapped.output()


def tensors(value: Any) -> list[Any]:
    """The tensors that a value is: itself, or what a list was made of."""
    if made_at_once(value):
        return [inner for made_of in value.node().inputs() for inner in tensors(made_of)]
    return [value] if value.type().annotation_str in ("Tensor", "Optional[Tensor]") else []
