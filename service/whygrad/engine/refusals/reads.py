"""Where a value is read by one call of a layer: torch's own checks read it before the operation does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.edits import Copy, Edit, Replace, Wrap
from whygrad.engine.facts import Argument
from whygrad.engine.observation import Node, Observation
from whygrad.engine.operands.targets import STRETCHING
from whygrad.engine.operations import METADATA, RETYPING
from whygrad.engine.wording.rewriting import behind
from whygrad.engine.wording.spelling import with_behind


def prepared(observation: Observation, node: Node) -> Node:
    """The loss that a node stretches the operands of; any other node itself.

    Of several, as where one becomes another at a setting, the one that torch's function around it is called like.
    """
    if node.bare_name not in STRETCHING:
        return node
    taken, losses = set(node.outputs), list[Node]()
    for other in observation.nodes[node.id + 1 :]:
        read = [a for a in other.arguments if a.value in taken]
        if read and other.op == "prim::ListUnpack":
            taken |= set(other.outputs)
        losses += [other] if any(a.name == "target" for a in read) else []
    around = {frame.function for frame in observation.stack(node.id)[-1:]}
    return next((n for n in losses if n.bare_name in around), losses[0] if losses else node)


def with_suffix(observation: Observation, node: Node, role: str, place: int, suffix: str) -> str | None:
    """The user's line with something put behind one of the two that a loss compares, which is in that place of it."""
    spelt = with_behind(observation, node, role, suffix)
    return spelt or behind(observation.source(node.id), prepared(observation, node).name, place, suffix)


def wrapped(observation: Observation, node: Node, role: str, expression: str) -> tuple[Edit, ...]:
    """An argument of a node through an expression, for the checks before it too."""
    return (*checks(observation, node, role, expression), Wrap(node.id, role, expression))


def packed(observation: Observation, node: Node, role: str, expression: str) -> tuple[Wrap, ...]:
    """A state through an expression where it is put into the tuple that a layer is called with.

    Of a state that a loop hands on from round to round, the one that it begins with.
    """
    place, values = role.partition("[")[2][:-1], _values(observation, node, role)
    makers = (n for n in observation.nodes[: node.id] if n.op == "prim::TupleConstruct" and values & set(n.outputs))
    own = [n for n in makers if place and n.module != node.module and not observation.in_library(n.id)]
    return tuple(Wrap(*(_begun(observation, maker, place) or (maker.id, place)), expression) for maker in own)


def _begun(observation: Observation, node: Node, name: str) -> tuple[int, str] | None:
    """The loop that a node stands in, and what it begins with for a value that it hands on; None where it does not."""
    argument, loop = node.argument(name), observation.loop_around(node)
    begun = {source for source, carried in loop.joins if argument and carried == argument.value} if loop else set()
    return next(((loop.id, a.name) for a in loop.arguments if a.value in begun), None) if loop else None


def throughout(observation: Observation, node: Node, role: str, expression: str) -> tuple[Edit, ...]:
    """An argument through an expression wherever torch's own code reads it in that line: a check in it refused it."""
    read = _values(observation, node, role)
    read |= {joined for other in observation.nodes for source, joined in other.joins if source in read}
    return tuple(
        Wrap(other.id, argument.name, expression)
        for other, argument in _reading(observation, node, read)
        if argument.type == "Tensor"
    )


def from_there_on(observation: Observation, node: Node, role: str, expression: str) -> tuple[Edit, ...]:
    """What was handed to the call of torch's own code in which a node reads it, an expression over it from there on."""
    read = _values(observation, node, role)
    first = next(_reading(observation, node, read), None)
    return (Copy(first[0].id, first[1].name, expression),) if first else ()


def _reading(observation: Observation, node: Node, values: set[int]) -> Iterator[tuple[Node, Argument]]:
    """The nodes that read these values in torch's own code, called from the line of a node, and as which argument."""
    line = _line(observation, node)
    for other in observation.nodes:
        found = [a for a in other.arguments if a.value in values]
        if found and _reads(observation, other, node) and _line(observation, other) == line:
            yield from ((other, argument) for argument in found)


def checks(observation: Observation, node: Node, role: str, expression: str) -> Iterator[Edit]:
    """The same for those checks alone."""
    return (Wrap(check.id, name, expression) for check, name in _checking(observation, node, role))


def told(observation: Observation, node: Node, role: str, features: int, axis: int = -1) -> Iterator[Edit]:
    """The checks told that a dimension has a size, which they compare with a number written into them."""
    for check, name in _checking(observation, node, role):
        if check.op == "aten::size" and name == "self" and check.argument("dim") and check.literal("dim", axis) == axis:
            yield Replace(check.id, str(features))


def ranked(observation: Observation, node: Node, role: str, dimensions: int) -> Iterator[Edit]:
    """The checks told that an argument has so many dimensions."""
    for check, name in _checking(observation, node, role):
        if check.op == "aten::dim" and name == "self":
            yield Replace(check.id, str(dimensions))


def shaped(observation: Observation, node: Node, shape: Sequence[int]) -> Iterator[Edit]:
    """The checks of whole sizes in a layer of torch's, as of its states, told that they are these."""
    for check in observation.nodes:
        own = check.module == node.module and observation.in_library(check.id)
        if own and check.op == "aten::size" and check.argument("dim") is None:
            yield Replace(check.id, str(list(shape)))


def _checking(observation: Observation, node: Node, role: str) -> Iterator[tuple[Node, str]]:
    """The nodes before one that read its argument in torch's own code, called from the same line; under which name."""
    if node.id >= len(observation.nodes):
        return
    values, line = _values(observation, node, role), _line(observation, node)
    for other in observation.nodes[: node.id]:
        names = [a.name for a in other.arguments if a.value in values and a.type == "Tensor"]
        if names and _reads(observation, other, node) and _line(observation, other) == line:
            yield from ((other, name) for name in names)


def _reads(observation: Observation, other: Node, node: Node) -> bool:
    """Whether torch's own code reads a tensor there; `x.dtype` has no place in it, and is known by its module."""
    if other.op.startswith("prim::"):
        return other.op in METADATA and other.module == node.module and observation.in_library(node.id)
    return observation.in_library(other.id)


def _line(observation: Observation, node: Node) -> tuple[str, int] | None:
    place = observation.place(node.id)
    return (place.file, place.line) if place is not None else None


def _values(observation: Observation, node: Node, role: str) -> set[int]:
    """The value of an argument, and those that it may have been before control flow or a cast of its type."""
    argument = node.argument(role.partition("[")[0])
    found: set[int] = set()
    pending = [argument.value] if argument is not None else []
    while pending:
        value = pending.pop()
        found.add(value)
        maker = observation.givers.get(value)
        before = _before(maker, value, role) if maker is not None else []
        pending += [v for v in before if v not in found]
    return found


def _before(maker: Node, value: int, role: str) -> list[int]:
    if maker.op in RETYPING or maker.op == "prim::TupleUnpack":
        return [maker.arguments[0].value]
    if maker.op == "prim::ListConstruct" and role.endswith("]"):
        return [maker.arguments[int(role.partition("[")[2][:-1])].value]
    return [source for source, joined in maker.joins if joined == value]
