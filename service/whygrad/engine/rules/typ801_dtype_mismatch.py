"""Operands are of different floating types, or integers where floating numbers are needed.

What happened
-------------
Matrix products, convolutions, normalisations and recurrent layers compute in one type and convert nothing. An operand
has another: float64 from NumPy, integers from an image or a table, float16 from a part that was halved; or an
operation such as `mean` or `softmax` got integers. Or two pictures of bytes are subtracted, which raises nothing.

Why it matters
--------------
The forward raises "mat1 and mat2 must have the same dtype", so no parameter gets a gradient. A difference of bytes
wraps around below 0.

How to fix it
-------------
Convert the input, not the model: `x.float()`, or `torch.from_numpy(a).float()` where it is loaded. Where the whole
model is to run in another type, convert both: `model.double()`.

Not to be confused with
-----------------------
TYP802: indices and class labels must be integers. CUT104: a cast to integers in the middle, which raises nothing and
cuts the gradient.

Example
-------
Shapes: 4x10:int64[0,5)
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x.float())
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Event, Node, Observation, Operand
from whygrad.engine.operands.dtypes import WrongType, caster, differing, no_floating, written_integer, wrong_type
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.reads import wrapped
from whygrad.engine.refusals.retyping import Entry, at_home, converted, entry, home, read_first
from whygrad.engine.refusals.sending import described, sent_as
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, known_as, layer, type_origin
from whygrad.engine.wording.phrases import short_form
from whygrad.engine.wording.spelling import behind_each, in_code, with_behind
from whygrad.engine.wording.written import spelt

_BYTE = "uint8"
_MASK = 2
"""What the numbers of a mask are below."""


@rule("TYP801", "dtype-mismatch", "error")
def dtype_mismatch(observation: Observation) -> Iterator[Finding]:
    """The operation that was refused for its operands' types."""
    for failed, node, event in refused(observation, "type"):
        yield _finding(observation, failed, node, event)
    for order, event in enumerate(observation.first.events):
        if event.completed and _wraps_around(observation, event):
            yield _of_bytes(observation, order, event)


def _wraps_around(observation: Observation, event: Event) -> bool:
    """Whether it is a difference of bytes that were sent: of two pictures, of which either may be the darker.

    Whether two differ at all is told by bytes too, and a mask of 0 and 1 is no picture.
    """
    bytes_alone = [t.dtype for t in event.tensors] == [_BYTE, _BYTE]
    if observation.nodes[event.node].bare_name != "sub" or not bytes_alone:
        return False
    step = observation.first
    readers = {observation.nodes[step.events[i].node].bare_name for i in step.readers.get(event.outputs[0].id, ())}
    places = [sent_as(observation, step, t) for t in event.tensors if len(t.shape) > 2]
    highest = [described(observation, place).get("high") for place in places if place is not None]
    masks = any(isinstance(high, int) and high <= _MASK for high in highest)
    return len(highest) == 2 and not masks and not readers <= {"eq", "ne"}


def _of_bytes(observation: Observation, order: int, event: Event) -> Finding:
    node = observation.nodes[event.node]
    edits = tuple(Wrap(node.id, o.role, "x.to(torch.float32)") for o in event.inputs if o.role not in node.writes)
    return Finding(
        title=f"{node.name} of two tensors of {_BYTE} wraps around below 0: 3 - 5 is 254",
        message=f"{_BYTE} holds 0 to 255, and the difference is taken before it becomes a number of another type.",
        node=node.id,
        event=event,
        order=order,
        severity="warning",
        chain=(Link(f"the difference is still {_BYTE}", node.id),),
        fix=Fix("convert both to float32 before the difference, with .float()", before="", edits=edits),
    )


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    wrong = wrong_type(node, event) or written_integer(node, event) or no_floating(event) or differing(event)
    wrong = at_home(observation, wrong) if wrong is not None else None
    op = node.name
    return finding(
        observation,
        failed,
        title=_title(observation, node, wrong) if wrong else f"{op} does not take {_types(event)}",
        message=failed.said or f"Real numbers of these types are refused by {op}: {_types(event)}.",
        chain=[type_origin(observation, failed.step, node, wrong.operand)] if wrong else [],
        fixes=list(_fixes(observation, failed, node, event, wrong))
        if wrong
        else [Fix("convert the operands to types that the operation takes")],
    )


def _types(event: Event) -> str:
    return " and ".join(dict.fromkeys(t.dtype for t in event.tensors))


def _title(observation: Observation, node: Node, wrong: WrongType) -> str:
    name, given = called(observation, node, wrong.operand), wrong.operand.tensor.dtype
    if wrong.because is None and wrong.wanted == "bool":
        return f"{node.name} takes a mask of bool or of its own type, and {name} is {given}"
    if wrong.because is None:
        return f"{node.name} needs floating numbers, and {name} is {given}"
    owner = layer(observation, wrong.because.tensor, node)
    if owner:
        return f"{owner} is {wrong.wanted}, and gets {given}"
    return f"{called(observation, node, wrong.because)} is {wrong.wanted}, and {name} is {given}"


def _fixes(observation: Observation, failed: Failure, node: Node, event: Event, wrong: WrongType) -> Iterator[Fix]:
    """The type put right where it came in, which spares all that follows, and at the operation itself."""
    came = entry(observation, failed.step, event, wrong.operand, wrong.wanted)
    if came is not None and wrong.wanted == home(observation):
        yield _before(observation, failed, came, wrong)
    yield _fix(observation, failed, node, wrong)
    stored = wrong.because is not None and wrong.because.tensor.id in observation.stored
    if wrong.because is not None and stored and wrong.operand.tensor.dtype == home(observation):
        yield _of_the_weight(observation, node, wrong.because, wrong.operand.tensor.dtype)


def _of_the_weight(observation: Observation, node: Node, weight: Operand, usual: str) -> Fix:
    """A weight of another type than all others, as `from_numpy` makes it."""
    name = called(observation, node, weight)
    return Fix(
        f"make {name} {usual} where it is created, as the other weights are, or convert it here",
        after=with_behind(observation, node, weight.role, caster(usual)),
        edits=wrapped(observation, node, weight.role, f"x.to(torch.{usual})"),
    )


def _before(observation: Observation, failed: Failure, came: Entry, wrong: WrongType) -> Fix:
    name, cast = known_as(observation, came.node, came.operand), caster(wrong.wanted)
    where = f"convert it to {wrong.wanted} where it comes in{in_code(name, cast)}"
    tensor = came.operand.tensor
    sent = next((t for t in failed.step.inputs if t.id == tensor.id), None)
    first = read_first(observation, came)
    source = observation.source(first[0].id if first is not None else came.node.id)
    return Fix(
        f"send it as {short_form(sent.shape, wrong.wanted)}, or {where}" if sent is not None else where,
        before=source,
        after=f"{first[1]} = {first[1]}{cast}\n{source}"
        if first is not None
        else with_behind(observation, came.node, came.operand.role, cast),
        edits=converted(observation, came, wrong.wanted),
    )


def _fix(observation: Observation, failed: Failure, node: Node, wrong: WrongType) -> Fix:
    cast = caster(wrong.wanted)
    name = spelt(observation, node, wrong.operand.role) or known_as(observation, node, wrong.operand)
    roles = [stray.role for stray in wrong.strays]
    after = behind_each(observation, node, roles, cast)
    edits = [e for role in roles for e in wrapped(observation, node, role, f"x.to(torch.{wrong.wanted})")]
    edits = [] if wrong.operand.role in node.writes else edits
    here = in_code(name, cast)
    place = sent_as(observation, failed.step, wrong.operand.tensor)
    if place is None or failed.step.inputs[place].dtype != wrong.operand.tensor.dtype:
        return Fix(f"convert it to {wrong.wanted}{here}", after=after, edits=tuple(edits))
    summary = f"send it as {short_form(failed.step.inputs[place].shape, wrong.wanted)}, or convert it here{here}"
    return Fix(summary, after=after, edits=tuple(edits))
