"""Sequences that were unpacked as long as the longest of them, where all that was padded had to come back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whygrad.engine.edits import Give
from whygrad.engine.finding import Fix, Link
from whygrad.engine.observation import Event, Node, Observation, Step, Tensor
from whygrad.engine.operands import value
from whygrad.engine.wording.parsing import statement
from whygrad.engine.wording.rewriting import FUNCTIONAL, given_too

_PACKS, _UNPACKS = "pack_padded_sequence", "pad_packed_sequence"


@dataclass(frozen=True)
class Unpacked:
    """One execution that unpacked `steps` of the `padded` that had been packed, along `axis`; `packed` is that one."""

    event: Event
    packed: Event
    axis: int
    steps: int
    padded: int

    def explains(self, given: int, wanted: int) -> bool:
        """Whether a size is as large as another but for the steps that did not come back."""
        return given != wanted and given * self.padded == wanted * self.steps


def in_full(observation: Observation, step: Step, refused: Event) -> tuple[Link, Fix] | None:
    """All steps given back of what was packed, where an operand of what was refused lacks just those."""
    for operand in refused.inputs:
        others = {s for o in refused.inputs if o is not operand for s in o.tensor.shape}
        others |= {s for asked in refused.values.values() if isinstance(asked, list) for s in asked}
        found = [
            each
            for each in _behind(observation, step, operand.tensor)
            if any(each.explains(given, wanted) for given in operand.tensor.shape for wanted in others)
        ]
        if found:
            return _told(observation, step, found)
    return None


def _behind(observation: Observation, step: Step, tensor: Tensor) -> Iterator[Unpacked]:
    """What unpacked sequences that a tensor was computed from, and gave fewer steps than had been packed."""
    wanted, seen = {tensor.id}, set[int]()
    for event in reversed(step.events):
        if not event.completed or not wanted & {t.id for t in event.outputs}:
            continue
        node = observation.nodes[event.node]
        if node.name.lstrip("_") != _UNPACKS:
            wanted |= {t.id for t in event.tensors if t.id not in observation.stored}
        elif node.id not in seen:
            seen.add(node.id)
            unpacked = _unpacked(observation, step, node, event)
            yield from [unpacked] if unpacked is not None else []


def _unpacked(observation: Observation, step: Step, node: Node, event: Event) -> Unpacked | None:
    axis = 1 if value(node, event, "batch_first", False) else 0
    for packed in step.lineage(event.tensors[0].id):
        maker = observation.nodes[packed.node]
        if maker.name.lstrip("_") == _PACKS:
            padded = packed.tensors[0].shape[1 if value(maker, packed, "batch_first", False) else 0]
            steps = event.outputs[0].shape[axis]
            return Unpacked(event, packed, axis, steps, padded) if steps < padded else None
    return None


def _told(observation: Observation, step: Step, found: list[Unpacked]) -> tuple[Link, Fix]:
    found = sorted(found, key=lambda each: each.event.node)
    first, shown = found[0], [_lines(observation, step, each) for each in found]
    lines: Mapping[str, str] = dict(pair for pair in shown if pair is not None)
    edits = tuple(Give(each.event.node, "total_length", each.padded) for each in found)
    whole = None not in shown
    return (
        Link(f"the {first.steps} steps of the longest sequence come back here, of {first.padded}", first.event.node),
        Fix(
            f"unpack all {first.padded} steps, not the {first.steps} of the longest alone: total_length={first.padded}",
            before="\n".join(lines) if whole else "",
            after="\n".join(lines.values()) if whole else None,
            edits=edits,
        ),
    )


def _lines(observation: Observation, step: Step, found: Unpacked) -> tuple[str, str] | None:
    """The line that unpacks, before and after, with the length of what was packed, where that still has its name."""
    source, name = observation.source(found.event.node), _name(observation, step, found)
    after = given_too(source, _UNPACKS, f"total_length={name}.size({found.axis})") if name is not None else None
    return (source, after) if source is not None and after is not None else None


def _name(observation: Observation, step: Step, found: Unpacked) -> str | None:
    """What was packed, or what became that in the same line with as many steps, where it is unpacked beside that."""
    places = [observation.place(event.node) for event in (found.packed, found.event)]
    calls = [
        n for n in ast.walk(statement(observation.source(found.packed.node))) if isinstance(n, ast.Call) and n.args
    ]
    given = [call.args[0] for call in calls if ast.unparse(call.func).rpartition(".")[2] == _PACKS]
    names = {n.id for each in given for n in ast.walk(each) if isinstance(n, ast.Name)} - {"self", *FUNCTIONAL}
    beside = len({(place.file, place.function) if place else None for place in places}) == len(given) == 1
    if not beside or len(names) != 1:
        return None
    name = names.pop()
    whole = isinstance(given[0], ast.Name) or _as_long(observation, step, found, name)
    return name if whole and not _named_anew(observation, found, name) else None


def _as_long(observation: Observation, step: Step, found: Unpacked, name: str) -> bool:
    """Whether the line that packs reads a tensor of that name that has as many steps."""
    line, lengths = observation.source(found.packed.node), set[int]()
    for event in step.events:
        node = observation.nodes[event.node]
        if observation.source(node.id) == line:
            read = [event.input(a.name) for a in node.arguments if a.variable.rstrip("0123456789") == name]
            lengths |= {s for t in read if t is not None for s in t.shape[found.axis : found.axis + 1]}
    return lengths == {found.padded}


def _named_anew(observation: Observation, found: Unpacked, name: str) -> bool:
    """Whether anything else gets the name before the line that unpacks."""
    between = {observation.source(node.id) for node in observation.nodes[found.packed.node : found.event.node]}
    lines = between - {observation.source(found.event.node)}
    kept = (n for line in lines for n in ast.walk(statement(line)) if isinstance(n, ast.Name))
    return any(n.id == name and isinstance(n.ctx, ast.Store) for n in kept)
