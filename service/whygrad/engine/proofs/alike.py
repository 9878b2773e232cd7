"""One fix for all that a line does: what is wrong in one layer or round is wrong in each that runs the same line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whygrad.engine.edits import Become, Edit, Give, Keep, Leave, Replace, Resize, StandIn, Wrap
from whygrad.engine.finding import Fix
from whygrad.engine.observation import Node, Observation
from whygrad.engine.proofs.together import once

_AT_ONE_NODE = (Wrap, Replace, Become, Give, Keep, Leave, StandIn)


def alike(seen: Observation, number: int) -> tuple[Node, ...]:
    """The further operations of the same place of the source: in other calls, or, in a trace, of the same line."""
    node, place = seen.nodes[number], seen.place(number)
    if place is None or place.library:
        return ()
    like = (n for n in seen.nodes if n.id != node.id and n.op == node.op)
    apart = (n for n in like if n.calls != node.calls or place.source is None)
    return tuple(n for n in apart if seen.place(n.id) == place)


def rounds(seen: Observation, number: int) -> tuple[Node, ...]:
    """The operations that an operation is in the other rounds of a loop that was written out.

    There are none where its line names it more than once: those are several in one round.
    """
    node, stack = seen.nodes[number], seen.stack(number)
    once = (seen.source(number) or "").count(node.bare_name) < 2
    like = (n for n in seen.nodes if n.id != node.id and n.op == node.op and n.calls == node.calls)
    return tuple(n for n in like if once and stack and seen.stack(n.id) == stack)


def everywhere(seen: Observation, fix: Fix, number: int, others: Sequence[Node]) -> Fix | None:
    """A fix of one operation, made for `others` too; None where it changes more than that operation and its layer."""
    own = seen.nodes[number]
    moved = [_moved(seen, edit, own, other) for other in others for edit in fix.edits]
    edits = [*fix.edits, *(edit for edit in moved if edit is not None)]
    return None if None in moved else replace(fix, edits=once(edits))


def _moved(seen: Observation, edit: Edit, own: Node, other: Node) -> Edit | None:
    """The change that an edit of one operation is for another; None where there is none, or a weight is another."""
    if isinstance(edit, _AT_ONE_NODE):
        again = (n for n in alike(seen, edit.node) if n.calls == other.calls)
        there = other if edit.node == own.id else next(again, None)
        return replace(edit, node=there.id) if there is not None else None
    if not isinstance(edit, Resize) or not edit.name.startswith(f"{own.module}."):
        return None
    name = other.module + edit.name.removeprefix(own.module)
    shapes = {p.name: p.shape for p in (*seen.parameters, *seen.buffers) if p.name in (name, edit.name)}
    return replace(edit, name=name) if name in shapes and shapes[name] == shapes.get(edit.name) else None
