"""Indices, class targets or masks are of a type that cannot be one.

What happened
-------------
An embedding, `gather`, an index or a class target got floating numbers, or a mask that is not boolean. Indices are
int64 (in most places int32 too), class targets int64, masks bool.

Why it matters
--------------
The forward or the loss raises "Expected tensor for argument #1 'indices' to have one of the following scalar types:
Long, Int", so no parameter gets a gradient.

How to fix it
-------------
Load labels and tokens as integers, or convert them: `ids.long()`. A mask is the result of a comparison: `m > 0`. No
gradient flows through an index: where one is needed, use a weighted sum instead.

Not to be confused with
-----------------------
TYP801: integers where floating numbers are needed; among those are class probabilities, which have the shape of the
prediction.

Example
-------
Shapes: 4x3
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 5)

        def forward(self, ids):
            return self.table(ids)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(10, 5)

        def forward(self, ids):
            return self.table(ids.abs().long())
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.operands import value
from whygrad.engine.operands.dtypes import WrongType, caster, wrong_index
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.refusals.reads import wrapped
from whygrad.engine.refusals.sending import described, resent, sent_as
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, known_as, type_origin
from whygrad.engine.wording.phrases import short_form
from whygrad.engine.wording.spelling import in_code, with_behind


@rule("TYP802", "index-dtype", "error")
def index_dtype(observation: Observation) -> Iterator[Finding]:
    """The operation whose index, target or mask was refused for its type."""
    for failed, node, event in refused(observation, "index type"):
        if wrong := wrong_index(node, event):
            yield _finding(observation, failed, node, event, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event, wrong: WrongType) -> Finding:
    name, op = called(observation, node, wrong.operand), node.name
    given = wrong.operand.tensor.dtype
    made = type_origin(observation, failed.step, node, wrong.operand)
    return finding(
        observation,
        failed,
        title=f"{op} takes {wrong.wanted} here, and {name} is {given}",
        message=failed.said or f"{op} refuses {given} where it takes {wrong.wanted}.",
        chain=[made],
        fixes=[
            *_sent_whole(observation, failed, node, event, wrong),
            *_of_all(observation, node, event, wrong),
            _fix(observation, node, wrong, sent=made.node is None),
        ],
    )


def _sent_whole(observation: Observation, failed: Failure, node: Node, event: Event, wrong: WrongType) -> Iterator[Fix]:
    """What was sent in floating point, sent as whole numbers that there are rows or classes for.

    A cast of what was sent would ask for places that are not there.
    """
    tensor = wrong.operand.tensor
    place, most = sent_as(observation, failed.step, tensor), _places(node, event)
    if place is None or most is None or not tensor.floating:
        return
    given = described(observation, place)
    drawn = {} if given.get("fill") else {"low": 0, "high": most}
    ask = resent(observation, place, dtype=wrong.wanted, **drawn)
    if ask is not None:
        asked = short_form(failed.step.inputs[place].shape, wrong.wanted)
        yield Fix(f"send it as {asked}, whole numbers from 0 to {most - 1}", before="", edits=(ask,))


def _places(node: Node, event: Event) -> int | None:
    """How many rows, classes or places an index may ask for; None where that is not told."""
    dim, read = value(node, event, "dim"), event.input("weight" if node.bare_name == "embedding" else "self")
    if read is None or not read.shape:
        return None
    if node.bare_name == "embedding":
        return read.shape[0]
    if node.bare_name in ("cross_entropy_loss", "nll_loss_nd", "nll_loss", "nll_loss2d"):
        return read.shape[min(1, len(read.shape) - 1)]
    return read.shape[dim] if node.bare_name in ("gather", "index_select") and isinstance(dim, int) else None


def _of_all(observation: Observation, node: Node, event: Event, wrong: WrongType) -> Iterator[Fix]:
    """All indices of one type converted, where there are several."""
    alike = [o for o in event.inputs if o.role.startswith("indices[") and o.tensor.dtype == wrong.operand.tensor.dtype]
    if wrong.operand in alike and len(alike) > 1:
        edits = (e for o in alike for e in wrapped(observation, node, o.role, f"x.to(torch.{wrong.wanted})"))
        cast = caster(wrong.wanted)
        yield Fix(f"convert each of the {len(alike)} indices where it is made, or here: {cast}", edits=tuple(edits))


def _fix(observation: Observation, node: Node, wrong: WrongType, *, sent: bool) -> Fix:
    name, cast = known_as(observation, node, wrong.operand), caster(wrong.wanted)
    after = with_behind(observation, node, wrong.operand.role, cast)
    edits = wrapped(observation, node, wrong.operand.role, f"x.to(torch.{wrong.wanted})")
    here = in_code(name, cast)
    if sent:
        summary = f"send it as {short_form(wrong.operand.tensor.shape, wrong.wanted)}, or convert it here{here}"
        return Fix(summary, after=after, edits=edits)
    return Fix(f"convert it where it is made, or here{here}", after=after, edits=edits)
