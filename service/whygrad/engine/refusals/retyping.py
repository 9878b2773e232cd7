"""Where numbers of another type came among those that the program computes with, and all that reads them there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.facts import METADATA
from whygrad.engine.observation import Event, Node, Observation, Operand, Step
from whygrad.engine.operands.dtypes import WrongType
from whygrad.engine.wording.origins import made


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
    stored = other.tensor.id in observation.stored
    return wrong if stored or not other.tensor.floating else WrongType(other, wrong.operand.tensor.dtype, wrong.operand)


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
    return came if came.node.id != event.node else None


def converted(observation: Observation, came: Entry, wanted: str) -> tuple[Edit, ...]:
    """Each reader of it given the type that is wanted; where it met others, that one alone."""
    name, _, listed = came.operand.role.partition("[")
    given = came.node.argument(name)
    if given is None or listed or came.beside:
        return (Wrap(came.node.id, came.operand.role, f"x.to(torch.{wanted})"),)
    readers = [(n, a) for n in observation.nodes for a in n.arguments if a.value == given.value and a.type == "Tensor"]
    return tuple(Wrap(n.id, a.name, f"x.to(torch.{wanted})") for n, a in readers if n.op not in METADATA)
