"""What the operands of one execution say about why it was refused: pure functions of a node and its event."""

from __future__ import annotations

from whygrad.engine.observation import Event, Json, Node


def value(node: Node, event: Event, name: str, default: Json = None) -> Json:
    """The value that an argument had: what was seen at run time, else the constant in the program."""
    seen = event.values.get(name)
    return seen if seen is not None else node.literal(name, default)
