"""Writes into parameters: those that only change them, and those by what is to learn from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from whygrad.engine.edits import Become, Edit, Hand, Pause
from whygrad.engine.observation import Frame, Node, Observation
from whygrad.engine.wording.rewriting import out_of_place, rewritten
from whygrad.engine.wording.spelling import cloned_first


def updates(observation: Observation, node: Node) -> tuple[Node, ...]:
    """The writes into parameters from a node on that only change them; none where its own result is read."""
    names = _attributes(observation)
    trainable = {p.name for p in observation.trainable}
    found = [n for n in observation.nodes[node.id :] if n.writes and names.get(_target(n)) in trainable]
    wanted = [n for n in found if not n.regions and not _result_is_read(observation, n)]
    return tuple(wanted) if node in wanted else ()


def updated_apart(nodes: Sequence[Node]) -> tuple[Edit, ...]:
    """The edits that make writes where no gradient is recorded, `with torch.no_grad(): w.mul_(0.9)`."""
    return tuple(Pause(node.id) for node in nodes)


@lru_cache(maxsize=8)
def _attributes(observation: Observation) -> Mapping[int, str]:
    """The dotted names of what is read from the program's modules, by their values, and by those of writes into it."""
    names: dict[int, str] = {}
    for node in observation.nodes:
        if node.writes and (written := names.get(_target(node))) is not None:
            names |= dict.fromkeys(node.outputs, written)
        if node.op == "prim::GetAttr" and node.attribute:
            outer = names.get(node.arguments[0].value)
            names[node.outputs[0]] = f"{outer}.{node.attribute}" if outer else node.attribute
    return names


def _target(node: Node) -> int:
    """The value that a node writes into."""
    argument = node.argument(node.writes[0])
    return argument.value if argument is not None else -1


def _result_is_read(observation: Observation, node: Node) -> bool:
    """Whether anything but a further write into it reads what a write gives."""
    pending = [node]
    while pending:
        write = pending.pop()
        readers = {n.id: n for value in write.outputs for n in observation.takers.get(value, ()) if n.id > write.id}
        further = [n for n in readers.values() if n.writes and _target(n) in write.outputs]
        if len(further) < len(readers) or observation.returns in write.outputs:
            return True
        pending += further
    return False


def in_a_new_tensor(observation: Observation, node: Node) -> tuple[Edit, ...]:
    """The edits that make a write give a new tensor, which all read that read the parameter further on.

    None where something else writes into it, or what reads it may run where the write does not.
    """
    names, readers = _attributes(observation), list(_readers(observation, node, _target(node)))
    name = names.get(_target(node))
    alone = not any(n.writes and names.get(_target(n)) == name for n in observation.nodes if n.id != node.id)
    if not node.op.endswith("_") or not readers or not alone or any(r.parent != node.parent for r, _ in readers):
        return ()
    return (*(Hand(r.id, role, node.id) for r, role in readers), Become(node.id, node.op.removesuffix("_")))


def lines_with_a_new_tensor(observation: Observation, node: Node) -> tuple[str, str] | None:
    """The lines that write and read a parameter, and what they are with a new tensor; None where one does not show."""
    made = _named(out_of_place(observation.source(node.id), node.name))
    return _read_onward(observation, node, _target(node), made)


def lines_with_a_copy(observation: Observation, node: Node, held: int) -> tuple[str, str] | None:
    """The lines that write a part of a parameter and read it, and what they are of a copy; None where not all show.

    `held` is the value of the parameter where the line reads it.
    """
    source, name = observation.source(node.id) or "", _local(observation, held)
    mention = re.search(_mention(name), source)
    if mention is not None and observation.loop_around(node) is not None:  # the copy is to be made before the loop
        return None
    if mention is None:
        line, read = cloned_first(source), [place.source or "" for place in _places(observation, node, held) if place]
        return (source, line) if line and not any(re.search(_mention(name), other) for other in read) else None
    written = rewritten(source, _mention(name), name, every=True)
    return _read_onward(observation, node, held, f"{name} = {mention[0]}.clone()\n{written}")


def _read_onward(observation: Observation, node: Node, held: int, made: str | None) -> tuple[str, str] | None:
    """The line of a write and those that read the parameter after it, and what they are where a local name stands."""
    own, read, name = observation.place(node.id), _places(observation, node, held), _local(observation, held)
    if own is None or made is None or any(not _beside(own, place) for place in read):
        return None
    lines = {place.line: place.source or "" for place in read if place is not None}
    after = [rewritten(line, _mention(name), name, every=True) for line in lines.values()]
    if None in after:
        return None
    return "\n".join([own.source or "", *lines.values()]), "\n".join([made, *(line or "" for line in after)])


def _places(observation: Observation, node: Node, held: int) -> list[Frame | None]:
    """Where a parameter is read after the line that writes it."""
    own = observation.place(node.id)
    places = [observation.place(reader.id) for reader, _ in _readers(observation, node, held)]
    return [place for place in places if place is None or own is None or place.line != own.line]


def _local(observation: Observation, held: int) -> str:
    """The name that what a module holds has in the module."""
    return _attributes(observation).get(held, "").rpartition(".")[2]


def _mention(name: str) -> str:
    return rf"\bself\.(?:\w+\.)*{re.escape(name)}\b"


def _named(line: str | None) -> str | None:
    """The line with its result in a name of its own: what is registered as a parameter stays one."""
    return rewritten(line, r"^self\.(?:\w+\.)*(\w+) = ", r"\1 = ")


def _beside(own: Frame, other: Frame | None) -> bool:
    return other is not None and (own.file, own.function) == (other.file, other.function) and own.line < other.line


def _readers(observation: Observation, node: Node, held: int) -> Iterator[tuple[Node, str]]:
    """The operations after a write that read what a module holds, each with the role that it has."""
    names = _attributes(observation)
    for reader in observation.nodes[node.id + 1 :]:
        roles = [a.name for a in reader.arguments if names.get(a.value) == names.get(held)]
        yield from ((reader, role) for role in roles if reader.op.startswith("aten::"))
