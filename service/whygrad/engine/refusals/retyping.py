"""Where numbers of another type came among those that the program computes with, and all that reads them there."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operands.dtypes import WrongType
from whygrad.engine.operations import METADATA, TENSOR_TYPES
from whygrad.engine.wording.origins import known_as, made


@dataclass(frozen=True)
class Entry:
    """The operand of a node by which numbers of another type came in; `beside` others of the type that is wanted."""

    node: Node
    operand: Operand
    beside: bool = False


def at_home(observation: Observation, wrong: WrongType) -> WrongType:
    """Of two operands that differ in type the one that is unlike the program's weights is the wrong one."""
    usual, other = home(observation), wrong.because
    if other is None or wrong.operand.tensor.dtype != usual or other.tensor.dtype == usual:
        return wrong
    if other.tensor.id in observation.stored or "complex" in other.tensor.dtype or not other.tensor.floating:
        return wrong
    return replace(wrong, operand=other, wanted=wrong.operand.tensor.dtype, because=wrong.operand)


def home(observation: Observation) -> str | None:
    """The floating type of most parameters."""
    types = Counter(p.dtype for p in observation.trainable)
    return types.most_common(1)[0][0] if types else None


def entry(observation: Observation, step: Step, event: Event, operand: Operand, wanted: str) -> Entry | None:
    """Where an operand's type came in before; None where that is not known, or is the operation itself."""
    came, stray = Entry(observation.nodes[event.node], operand), operand.tensor.dtype
    while (maker := made(step, {came.operand.tensor.id})[1]) is not None:
        alike = [o for o in maker.inputs if o.tensor.dtype == stray]
        if not alike or maker.node == came.node.id:
            break
        beside = any(o.tensor.dtype == wanted for o in maker.inputs)
        came = Entry(observation.nodes[maker.node], alike[0], beside)
        if beside:
            break
    shared = came.node.id == event.node and _sent(step, operand) and len(readers(observation, came)) > 1
    return came if came.node.id != event.node or shared else None


def readers(observation: Observation, came: Entry) -> list[tuple[Node, str]]:
    """Each node that reads it, and under which name; where it met others, that one alone."""
    given = None if came.beside else _value(observation, came.node, came.operand.role)
    if given is None:
        return [(came.node, came.operand.role)]
    found = [(n, a) for n in observation.nodes for a in n.arguments if a.value == given and a.type in TENSOR_TYPES]
    return [(n, a.name) for n, a in found if n.op not in METADATA]


def converted(observation: Observation, came: Entry, wanted: str) -> tuple[Edit, ...]:
    """Each reader of it given the type that is wanted."""
    return tuple(Wrap(node.id, name, f"x.to(torch.{wanted})") for node, name in readers(observation, came))


def read_first(observation: Observation, came: Entry) -> tuple[Node, str] | None:
    """The first node of one function that reads it in several places, and the name under which it does."""
    found = [node for node, _ in readers(observation, came)]
    places = [place for node in found if (place := observation.place(node.id)) is not None]
    name = known_as(observation, came.node, came.operand) or ""
    if not places or not name.isidentifier() or len({(p.file, p.function) for p in places}) > 1:
        return None
    spelt = re.findall(rf"\b{name}\b", places[0].source or "")
    if len({p.line for p in places}) == 1:
        return (found[0], name) if len(spelt) > 1 else None
    branched = found[0].parent is not None and any(node.parent != found[0].parent for node in found)
    return (found[0], name) if not branched else None


def _value(observation: Observation, node: Node, role: str) -> int | None:
    """The value that a node reads in a role, also out of a list that was made for it."""
    name, _, place = role.partition("[")
    given = node.argument(name)
    if given is None or not place:
        return given.value if given is not None else None
    makers = (n for n in observation.nodes[: node.id] if n.op == "prim::ListConstruct" and given.value in n.outputs)
    listed = next(makers, None)
    inner = listed.argument(place.rstrip("]")) if listed is not None else None
    return inner.value if inner is not None else None


def _sent(step: Step, operand: Operand) -> bool:
    return any(t.id == operand.tensor.id for t in step.inputs)
