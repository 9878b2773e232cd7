"""What the operands of one execution say about why it was refused: pure functions of a node and its event."""

from __future__ import annotations

from whygrad.engine.observation import Event, Json, Node


def value(node: Node, event: Event, name: str, default: Json = None) -> Json:
    """The value that an argument had: what was seen at run time, else the constant in the program."""
    seen = event.values.get(name)
    return seen if seen is not None else node.literal(name, default)


def bare(op: str) -> str:
    """The name of an operation without namespace and without the mark of writing in place: `add` of `aten::add_`."""
    name = op.partition("::")[2] or op
    return name if name.startswith("__") else name.rstrip("_")
