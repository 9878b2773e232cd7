"""One fix for all layers of a list: what a line does wrong in the first of them it does wrong in each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.edits import Become, Edit, Give, Replace, Resize, StandIn, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation

_AT_ONE_NODE = (Wrap, Replace, Become, Give, StandIn)


def alike(seen: Observation, number: int) -> tuple[Node, ...]:
    """The further operations that the same place of the source makes in calls of the other layers of a list."""
    node, place = seen.nodes[number], seen.place(number)
    if place is None or place.library:
        return ()
    layers = [n for n in seen.nodes if n.op == node.op and _unnumbered(n) == _unnumbered(node)]
    return tuple(n for n in layers if n.calls != node.calls and seen.place(n.id) == place)


def everywhere(seen: Observation, fix: Fix, number: int, others: Sequence[Node]) -> Fix | None:
    """A fix of one operation, made for `others` too; None where it changes more than that operation and its layer."""
    own = seen.nodes[number]
    moved = [_moved(seen, edit, own, other) for other in others for edit in fix.edits]
    edits = [edit for edit in moved if edit is not None]
    return replace(fix, edits=tuple(dict.fromkeys((*fix.edits, *edits)))) if len(edits) == len(moved) else None


def _unnumbered(node: Node) -> str:
    return re.sub(r"\b\d+\b", "#", node.module)


def _moved(seen: Observation, edit: Edit, own: Node, other: Node) -> Edit | None:
    """The change that an edit of one operation is for another; None where there is none, or a weight is another."""
    if isinstance(edit, _AT_ONE_NODE):
        return replace(edit, node=other.id) if edit.node == own.id else None
    if not isinstance(edit, Resize) or not edit.name.startswith(f"{own.module}."):
        return None
    name = other.module + edit.name.removeprefix(own.module)
    shapes = {p.name: p.shape for p in (*seen.parameters, *seen.buffers) if p.name in (name, edit.name)}
    return replace(edit, name=name) if name in shapes and shapes[name] == shapes.get(edit.name) else None
