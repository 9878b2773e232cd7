"""Where what goes unused has its place: a layer whose sibling is called in its stead, a result that the next needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from whygrad.engine.edits import Edit, Hand, Read, Succeed
from whygrad.engine.gradients.behind import Start
from whygrad.engine.gradients.stops import flow
from whygrad.engine.observation import Event, Node, Observation, Parameter, Tensor
from whygrad.engine.wording.origins import variable


@dataclass(frozen=True)
class Place:
    """Where unused parameters belong: the edits that put them there, the node there, and the names before and after."""

    edits: tuple[Edit, ...]
    node: int
    instead_of: str
    name: str


def called_in_its_stead(observation: Observation, silent: Sequence[Parameter]) -> tuple[Place, ...]:
    """For each unused layer the call that was meant for it: its like is called as often as there are of the two.

    None where one of the parameters has no such call.
    """
    parts, reads = _parts(observation), _reads(observation)
    units = dict.fromkeys(_unit(p.name) for p in silent)
    families: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for unit in dict.fromkeys(_unit(p.name) for p in observation.parameters):
        families[_likeness(unit, parts[unit])].append(unit)
    places = [
        p for family in families.values() if units.keys() & set(family) for p in _placed(family, units, parts, reads)
    ]
    return tuple(places) if {p.name for p in places} == set(units) else ()


def _unit(name: str) -> str:
    """The layer that a parameter belongs to, or the parameter itself where it is the top module's own."""
    return name.rpartition(".")[0] or name


Parts = Mapping[str, Parameter]
"""What a layer holds, by the rest of the name."""

Reads = Mapping[int, Sequence[tuple[int, str]]]
"""The nodes that read each tensor, with the argument, in the order of execution."""


def _parts(observation: Observation) -> Mapping[str, Parts]:
    """What each layer holds."""
    found: dict[str, dict[str, Parameter]] = defaultdict(dict)
    for held in (*observation.parameters, *observation.buffers):
        if held.floating:
            unit = _unit(held.name)
            found[unit][held.name.removeprefix(unit)] = held
    return found


def _reads(observation: Observation) -> Reads:
    found: dict[int, dict[tuple[int, str], None]] = defaultdict(dict)
    for event in observation.first.events:
        if _plain(observation, event):
            for operand in event.inputs:
                found[operand.tensor.id][event.node, operand.role] = None
    return {tensor: list(readers) for tensor, readers in found.items()}


def _likeness(unit: str, parts: Parts) -> tuple[object, ...]:
    """What a layer has in common with those that can stand in for it: where it belongs, and what it holds."""
    return (unit.rpartition(".")[0], *sorted((rest, p.shape, p.dtype) for rest, p in parts.items()))


def _placed(
    family: Sequence[str], silent: Mapping[str, None], parts: Mapping[str, Parts], reads: Reads
) -> Iterator[Place]:
    """One call for each layer of a family, in the order in which they were made, if there are as many."""
    missing = [unit for unit in family if unit in silent]
    for other in (unit for unit in family if unit not in silent):
        calls = _calls(parts[other], reads)
        if len(calls) == len(missing) + 1 and len(calls) > 1:
            order = [unit for unit in family if unit in (other, *missing)]
            for unit, call in zip(order, calls, strict=True):
                if unit != other:
                    edits = tuple(Read(node, role, unit + rest) for rest, node, role in call)
                    yield Place(edits, call[0][1], other, unit)
            return


def _calls(parts: Parts, reads: Reads) -> list[list[tuple[str, int, str]]]:
    """Each call of a layer as what it reads of it: the rest of the name, the node, the argument."""
    readers = {rest: reads.get(p.tensor, ()) for rest, p in parts.items()}
    if len({len(nodes) for nodes in readers.values()}) != 1:
        return []
    return [
        [(rest, *nodes) for rest, nodes in zip(readers, call, strict=True)]
        for call in zip(*readers.values(), strict=True)
    ]


@dataclass(frozen=True)
class TakenOn:
    """How a result that is left goes on: `h = h + f(h)` in place of `y = h + f(h)`.

    `reader` is the first node that reads it then; `left` and `instead` are the names, where the user's line has them.
    """

    edit: Edit
    reader: int
    left: str | None
    instead: str | None


def taken_on(observation: Observation, last: Event) -> TakenOn | None:
    """How a result that is left goes on: in place of what it was made of and that is read after it, of its shape."""
    if len(last.outputs) != 1:
        return None
    left, events = last.outputs[0], observation.first.events
    order = next(i for i, e in enumerate(events) if e is last)
    ways = flow(observation)
    behind, _ = ways.behind(Start([left]))
    needed = sorted(i for i in ways.needed if i > order)
    plain = [events[i] for i in sorted(behind) if _plain(observation, events[i])]
    sources = {o.tensor.id: (event.node, o.role) for event in plain for o in reversed(event.inputs)}
    for reader in needed:
        for tensor in events[reader].tensors:
            own = tensor.id not in observation.stored and tensor.id != left.id
            if own and tensor.id in sources and _alike(left, tensor):
                made = sources[tensor.id]
                names = _names(observation, observation.nodes[last.node], *made)
                return TakenOn(Succeed(last.node, *made), events[reader].node, *names)
    return None


def read_instead(observation: Observation, left: Tensor, maker: int) -> Hand | None:
    """Where the loss is to read a tensor instead of one of its shape: the loss function, else the only place."""
    events, found = observation.first.events, dict[Hand, bool]()
    for index in sorted(flow(observation).needed):
        node = observation.nodes[events[index].node]
        for operand in events[index].inputs:
            fits = _alike(left, operand.tensor) and operand.role != "target" and not node.op.startswith("prim::")
            found |= {Hand(node.id, operand.role, maker): node.argument("target") is not None} if fits else {}
    of_losses = [place for place, compares in found.items() if compares]
    chosen = of_losses or list(found)
    return chosen[0] if len(chosen) == 1 else None


def _alike(one: Tensor, other: Tensor) -> bool:
    return (one.shape, one.dtype) == (other.shape, other.dtype)


def _plain(observation: Observation, event: Event) -> bool:
    return not observation.nodes[event.node].op.startswith("prim::")


def _names(observation: Observation, left: Node, source: int, role: str) -> tuple[str | None, str | None]:
    """What the user calls what was read, and the name that the result that is left was given."""
    line = observation.source(left.id) or ""
    name, equals, _ = line.partition(" = ")
    return (name if equals and name.isidentifier() else None), variable(observation, observation.nodes[source], role)
