"""The Python of TorchScript in which an edit says what stands in place of a node, over the names of its arguments."""

from __future__ import annotations

from collections.abc import Collection

from whygrad.engine.facts import Node


def call(node: Node, *, without: Collection[str] = ()) -> str | None:
    """The node's own operation on its own arguments; None where it has no name to be called."""
    if not node.op.startswith("aten::") or not node.arguments:
        return None
    first, *rest = (a.name for a in node.arguments if a.name not in without)
    given = ", ".join([first, *(f"{argument}={argument}" for argument in rest)])
    return f"torch.ops.aten.{node.name}({given})"


def cloned(node: Node) -> str | None:
    """A copy of the node's result, in memory of its own."""
    called = call(node)
    return f"{called}.clone()" if called and len(node.outputs) == 1 else None
