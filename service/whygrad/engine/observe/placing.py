"""Where a node of a graph comes from, as far as the graph itself knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from whygrad.engine.observe import builtins
from whygrad.engine.observe.callsites import CallSite
from whygrad.engine.observe.stacks import is_library


@dataclass(frozen=True)
class Place:
    """What tells where a node comes from: itself, and the call that it was inlined from.

    `hint` and `site` are for what torch gives no range: a pattern that the source line matches, near the node
    `number`, and the call of a function. Only where a place is asked for is torch asked: each range that it gives
    costs as much as the program's source is long.
    """

    node: Any
    call: Place | None
    number: int
    site: CallSite | None = None

    @cached_property
    def own(self) -> Any:
        """The node whose range it is."""
        return _placed(self.node)

    @cached_property
    def hint(self) -> str | None:
        """The pattern, None where torch gives a range."""
        return _hint(self.node)

    def inside(self, call: Place | None) -> bool:
        """Whether it was inlined from a call, directly or through others."""
        return self.call is call or (self.call is not None and self.call.inside(call))


def whose(node: Any, module: str) -> str:
    """The module whose code a node is in. What a layer of torch's reads as a constant was given to it by its caller."""
    if node.kind() != "prim::Constant":
        return module
    recorded_in = _placed(node).sourceRange().partition("\n")[0].rpartition("(")[0]
    return module.rpartition(".")[0] if is_library(recorded_in) else module


def _placed(node: Any) -> Any:
    """The node whose line tells where a node is: a list that is taken apart has none, what made it has.

    A constant is where it is used, and so is a tensor that a module holds.
    """
    if node.kind() in ("prim::Constant", "prim::GetAttr", "prim::ListConstruct"):
        return next((_placed(use.user) for use in node.output().uses()), node)
    if node.kind() == "prim::ListUnpack":
        return node.input().node()
    return (builtins.number(node) or node) if builtins.is_builtin(node) else node


def _hint(node: Any) -> str | None:
    """What the source line looks like, of an operation that torch gives no range."""
    if node.kind() == "prim::Enter":
        return r"^\s*with\b"
    if node.kind() == "prim::data":
        return r"\.data\b"
    if node.kind() == "prim::tolist":
        return r"\.tolist\(\)"
    if node.kind() == "prim::ListUnpack":
        return r"^[^=]*,[^=]*=[^=]"
    if node.kind() == "aten::tensor":  # a number that is written into a part of a tensor is made one first
        return r"\btensor\(|^(?!\s*[\w.]+\s*:\s).*\]\s*=[^=]"
    if builtins.is_builtin(node):
        return builtins.written(node)
    if node.kind() == "prim::SetAttr":
        attribute = re.escape(node.s("name"))
        return rf"\.{attribute}\b\s*(:[^=]*)?=[^=]|\.{attribute}\b\s*,.*="
    return None
