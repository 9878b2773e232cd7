"""Where operands come from: the execution that gave a tensor its shape, and what the user calls it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from whygrad.engine.finding import Link
from whygrad.engine.observation import Event, Node, Observation, Operand, Step, Tensor
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.written import spelt

_SIZES = frozenset({"aten::size", "prim::shape"})
_ROLES = {
    "self": "input",
    "other": "second operand",
    "mat2": "second operand",
    "tensors": "tensor",
    "matrices": "matrix",
    "indices": "index",
    "hx": "state",
    "x1": "first operand",
    "x2": "second operand",
}
_SPLITTING = frozenset({"split", "split_with_sizes", "chunk", "tensor_split", "unsafe_split", "unsafe_chunk"})


def made(step: Step, wanted: Collection[int]) -> tuple[int, Event | None]:
    """The last execution that gave one of these tensors, and its index; -1 and None where none did."""
    index = max((step.makers[t][-1] for t in wanted if t in step.makers), default=-1)
    return index, step.events[index] if index >= 0 else None


def origin(observation: Observation, step: Step, node: Node, operand: Operand) -> Link:
    """The sentence that says where an operand of a node got its shape, and the operation that gave it."""
    maker = _maker(
        observation, step, operand.tensor, lambda event, a, b: a.shape == b.shape and not _weighs(observation, event)
    )
    return _told(observation, step, node, operand, size(operand.tensor), maker)


def type_origin(observation: Observation, step: Step, node: Node, operand: Operand) -> Link:
    """The sentence that says where an operand of a node got its type, and the operation that gave it."""
    maker = _maker(observation, step, operand.tensor, lambda _, a, b: a.dtype == b.dtype)
    return _told(observation, step, node, operand, operand.tensor.dtype, maker)


def _weighs(observation: Observation, event: Event) -> bool:
    """Whether a layer made it whose weight has the say over the sizes, also where they happen to stay."""
    weighed = any(o.role == "weight" and len(o.tensor.shape) > 1 for o in event.inputs)
    return weighed and not observation.nodes[event.node].bare_name.endswith("_norm")


def _told(observation: Observation, step: Step, node: Node, operand: Operand, what: str, maker: Event | None) -> Link:
    name = called(observation, node, operand)
    if parameter_name(observation, operand.tensor):
        return Link(f"{name} is {what}")
    if maker is not None:
        return Link(f"{name} became {what} here", maker.node)
    computed = made(step, {operand.tensor.id})[1]
    return Link(f"{name} is {what}, as was sent", computed.node) if computed else Link(f"{name} was sent as {what}")


def _maker(
    observation: Observation, step: Step, tensor: Tensor, alike: Callable[[Event, Tensor, Tensor], bool]
) -> Event | None:
    """The execution behind which a tensor stayed alike; None where it was sent so."""
    maker, visited = step.maker(tensor.id), {tensor.id}
    while maker is not None:
        fresh = [t for t in maker.tensors if t.id not in visited and t.id not in observation.stored]
        earlier = next((t for t in fresh if alike(maker, t, tensor)), None)
        if earlier is None:
            return maker
        visited.add(earlier.id)
        maker = step.maker(earlier.id)
    return None


def called(observation: Observation, node: Node, operand: Operand) -> str:
    """What the user calls an operand: the name of a parameter, or what stands in their line, or its role."""
    return known_as(observation, node, operand) or _role(operand.role)


def known_as(observation: Observation, node: Node, operand: Operand) -> str | None:
    """The name of a parameter, or the variable or expression that stands in the line; None where none does."""
    role, parameter = operand.role, parameter_name(observation, operand.tensor)
    return parameter or variable(observation, node, role) or spelt(observation, node, role)


def _role(role: str) -> str:
    """A role in words: `the input`, `tensor 1`."""
    name, _, place = role.partition("[")
    word = _ROLES.get(name, name)
    return f"{word} {place.rstrip(']').replace('][', '.')}" if place else f"the {word}"


def variable(observation: Observation, node: Node, role: str) -> str | None:
    """The variable that holds an operand, where it stands in the user's line, and not as the keyword of another."""
    argument, source = node.argument(role), observation.source(node.id)
    name = argument.variable if argument else ""
    for candidate in (name, name.rstrip("0123456789")):
        if source and candidate and re.search(rf"(?<![\w.]){re.escape(candidate)}(?!\w|\s*=[^=])", source):
            return candidate
    return None


def parameter_name(observation: Observation, tensor: Tensor) -> str | None:
    """The name of a parameter or buffer; None for any other tensor."""
    return observation.stored.get(tensor.id)


def made_with(observation: Observation, held: str, shape: Sequence[int]) -> str:
    """The parameter, or buffer, of that name made with a shape: `table = nn.Parameter(torch.empty(9, 8))`."""
    made_of = f"torch.empty({', '.join(map(str, shape))})"
    registered = any(p.name == held for p in observation.parameters)
    return f"{held} = nn.{'Parameter' if registered else 'Buffer'}({made_of})"


def layer(observation: Observation, weight: Tensor | None, reader: Node | None = None) -> str | None:
    """The path of the layer that a weight belongs to; None where it is no layer's.

    Of several that share it the one whose code reads it. A table that something else reads too is named as a weight.
    """
    owners = _owners(observation, weight)
    if reader is not None and reader.module in owners:
        return reader.module
    tables = {o for o in owners if (observation.modules.get(o) or "").endswith("Embedding")}
    apart = reader is not None and "embedding" not in reader.bare_name
    return next((o for o in owners if not (apart and o in tables)), None)


def sharing(observation: Observation, weight: Tensor, owner: str) -> list[str]:
    """The other layers that a layer shares its weight with."""
    return [o for o in _owners(observation, weight) if o != owner]


def _owners(observation: Observation, weight: Tensor | None) -> list[str]:
    """The layers whose weight it is: several where they share it."""
    name = parameter_name(observation, weight) if weight is not None else None
    held = next((p for p in observation.parameters if p.name == name), None)
    paths = [n.rpartition(".") for n in (name, *(held.aliases if held else ())) if n]
    return [owner for owner, _, attribute in paths if owner and attribute.endswith("weight")]


def sizes_read(observation: Observation, step: Step, node: Node) -> Event | None:
    """The execution that read the shape which a node takes apart: `b, c, h, w = x.shape`, `x.shape[3]`."""
    taken = node.arguments[0].value if node.arguments else None
    read = observation.givers.get(taken) if taken is not None else None
    if read is None or read.op not in _SIZES:
        return None
    executions = (step.events[i] for i in reversed(step.executions.get(read.id, ())))
    return next((event for event in executions if event.inputs), None)


def taken_apart(observation: Observation, step: Step, node: Node, event: Event) -> bool:
    """Whether a node takes apart the pieces that a split or chunk made: `a, b = x.chunk(2)`."""
    if node.op != "prim::ListUnpack" or not event.inputs:
        return False
    makers = step.makers.get(event.tensors[0].id)
    return makers is not None and observation.nodes[step.events[makers[0]].node].bare_name in _SPLITTING


def last_read(observation: Observation, step: Step, node: Node) -> Event | None:
    """The last execution before a node, in the code of the same module, that read a tensor."""
    for event in reversed(step.events):
        if event.completed and event.inputs and observation.nodes[event.node].module == node.module:
            return event
    return None


def weighed(step: Step, tensor: Tensor) -> tuple[Operand, ...]:
    """The weight and bias of the last layer behind which a tensor came about, through what keeps its numbers' order."""
    for event in reversed(step.events):
        if not any(t.id == tensor.id for t in event.outputs) or not event.inputs:
            continue
        held = tuple(o for o in event.inputs if o.role in ("weight", "bias"))
        if held and held[0].role == "weight":
            return held
        tensor = next((t for t in event.tensors if t.id == tensor.id), event.tensors[0])
    return ()
