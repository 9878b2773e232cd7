"""Copies that a line makes of what it writes a part of: `h = h.clone()` before `h[0] = 1`."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from whygrad.engine.edits import Copy, Edit, Wrap
from whygrad.engine.gradients.writes import read_after, target
from whygrad.engine.observation import Node, Observation, Step, Tensor


def copied_before(observation: Observation, step: Step, index: int) -> tuple[Copy, ...]:
    """The edit that copies what a line writes into a part of, `h = h.clone()` before `h[0] = 1`.

    There is none where the memory is read afterwards under another name, or where the line itself saves it, as in
    `h[0] = h[0] * s`: it then saves the copy, and changes that.
    """
    node, written = observation.nodes[step.events[index].node], target(observation, step.events[index])
    if written is None or not node.writes or saved_in_line(observation, step, index):
        return ()
    first, role, own = _whole(observation, node)
    whole = first.argument(role)
    others = set(_aliases(observation, step, index, written)) - own - {whole.value if whole else None}
    read = any(read_after(observation, node, value) for value in others)
    part = first is not node or node.bare_name == "index_put"
    return (Copy(first.id, role),) if part and not read else ()


def copied_aside(observation: Observation, step: Step, index: int) -> tuple[Copy, ...]:
    """The same edit where views that were taken of it are read afterwards: those keep the numbers that they had.

    There is none where such a view is written too, or where the line saves what it writes into under the same name.
    """
    node, written = observation.nodes[step.events[index].node], target(observation, step.events[index])
    first, role, own = _whole(observation, node) if node.writes else (node, "", set[int]())
    whole = first.argument(role)
    if written is None or whole is None or first is node:
        return ()
    others = set(_aliases(observation, step, index, written)) - own - {whole.value}
    views = _taken_of(observation, whole.value, others)
    read = any(read_after(observation, node, value) for value in others - views)
    changed = any(_written_after(observation, node, value) for value in views)
    saved = whole.value in _saved_of_the_whole(observation, step, index)
    return () if read or saved or changed else (Copy(first.id, role),)


def copied_where_read(observation: Observation, node: Node) -> tuple[Copy, ...]:
    """The edit that copies what a module holds where a view of it is taken that a later line writes into."""
    first, role = node, node.writes[0]
    while (given := first.argument(role)) is not None and (maker := observation.givers.get(given.value)) is not None:
        if maker.op == "prim::GetAttr":
            return (Copy(first.id, role),) if first is not node else ()
        if not maker.op.startswith("aten::") or maker.argument("self") is None:
            break
        first, role = maker, "self"
    return ()


def _taken_of(observation: Observation, whole: int, values: AbstractSet[int]) -> set[int]:
    """Those of the values that are views of a whole, or of such views."""
    pending, found = [whole], set[int]()
    while pending:
        made = {value for node in observation.takers.get(pending.pop(), ()) for value in node.outputs}
        fresh = {value for value in made if value in values} - found
        found |= fresh
        pending += fresh
    return found


def _written_after(observation: Observation, node: Node, value: int) -> bool:
    """Whether anything writes into a value further on."""
    later = (n for n in observation.takers.get(value, ()) if n.id > node.id)
    return any(a.value == value and a.name in n.writes for n in later for a in n.arguments)


def _saved_of_the_whole(observation: Observation, step: Step, index: int) -> Iterator[int]:
    """The values of which the line that writes into a memory saves a part that it takes itself: `h` of `h[0] * s`."""
    event = step.events[index]
    storages, line = {t.storage for t in event.outputs}, observation.place(event.node)
    for spoiled in (c for storage in storages for c in step.clobbered_in.get(storage, ())):
        saver = step.events[spoiled.saver]
        node, place = observation.nodes[saver.node], observation.place(saver.node)
        if place is None or line is None or (place.file, place.line) != (line.file, line.line):
            continue
        for role in (o.role for o in saver.inputs if o.tensor.storage in storages):
            first, own = node, role
            while (maker := _made_in_line(observation, first, own)) is not None:
                first, own = maker, "self"
            yield from (a.value for a in first.arguments if a.name == own)


def saved_in_line(observation: Observation, step: Step, index: int) -> bool:
    """Whether the line that writes into a memory saves it for backward too, itself or in what it calls."""
    event = step.events[index]
    line, storages = observation.place(event.node), {t.storage for t in event.outputs}
    spoiled = (c for storage in storages for c in step.clobbered_in.get(storage, ()))
    savers = (observation.stack(step.events[c.saver].node) for c in spoiled)
    return line is not None and any((f.file, f.line) == (line.file, line.line) for stack in savers for f in stack)


def written_apart(observation: Observation, node: Node) -> tuple[Edit, ...]:
    """The edit that writes into a part of a tensor behind autograd's back, `with torch.no_grad(): t[0] = 1`."""
    first, role, _ = _whole(observation, node)
    return (Wrap(first.id, role, "x.detach()"),) if node.writes and first is not node else ()


def _whole(observation: Observation, node: Node) -> tuple[Node, str, set[int]]:
    """The node and argument at which a line reads what it writes a part of, and the values of the parts."""
    first, role, parts = node, node.writes[0], set(node.outputs)
    while (maker := _made_in_line(observation, first, role)) is not None:
        first, role = maker, "self"
        parts |= set(maker.outputs)
    return first, role, parts


def _made_in_line(observation: Observation, node: Node, role: str) -> Node | None:
    """The node of the same line that made an argument of a node out of a tensor of its own: the slice in `h[0] = 1`."""
    given = node.argument(role)
    found = observation.givers.get(given.value) if given is not None else None
    if (
        found is None
        or found.id > node.id
        or not found.op.startswith("aten::")
        or not found.argument("self")
        or found.calls != node.calls
    ):
        return None
    here, there = observation.place(node.id), observation.place(found.id)
    return found if here and there and (here.file, here.line) == (there.file, there.line) else None


def _aliases(observation: Observation, step: Step, index: int, written: Tensor) -> Iterator[int]:
    """The value numbers that executions before one gave to the written memory."""
    for earlier in step.memories.get(written.storage, ()):
        if earlier < index:
            yield from observation.nodes[step.events[earlier].node].outputs
