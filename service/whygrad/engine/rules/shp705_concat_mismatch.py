"""Tensors to be joined differ in a dimension in which they must agree.

What happened
-------------
`torch.cat` joins along one dimension, and all other sizes must be equal; `torch.stack` makes a new dimension, and all
sizes must be equal. Two of the tensors differ, or the list is empty.

Why it matters
--------------
The forward raises "Sizes of tensors must match except in dimension 1", so no parameter gets a gradient. In a U-Net it
happens where a size is odd: pooling rounds down, upsampling doubles, and the skip connection keeps the odd size.

How to fix it
-------------
Bring the smaller tensor to the size of the other (`F.interpolate(d, size=e.shape[2:])`, or `F.pad`), or send inputs
whose sizes divide evenly. Check the `dim` argument.

Not to be confused with
-----------------------
SHP706: elementwise operations, which stretch sizes of 1. SHP702: the join succeeds, and the next convolution was not
made for the channels that it adds up to.

Example
-------
Shapes: 2x3x5x6
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)
            self.out = nn.Conv2d(6, 1, 1)

        def forward(self, x):
            d = F.interpolate(self.down(x), scale_factor=2.0)
            return self.out(torch.cat([x, d], dim=1))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.down = nn.Conv2d(3, 3, 3, stride=2, padding=1)
            self.out = nn.Conv2d(6, 1, 1)

        def forward(self, x):
            d = F.interpolate(self.down(x), size=x.shape[2:])
            return self.out(torch.cat([x, d], dim=1))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.operands.joining import Unjoinable, unjoinable
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, origin
from whygrad.engine.wording.phrases import counted, size
from whygrad.engine.wording.rewriting import rewritten


@rule("SHP705", "concat-mismatch", "error")
def concat_mismatch(observation: Observation) -> Iterator[Finding]:
    """The join that was refused."""
    for failed, node, event in refused(observation, "join"):
        if wrong := unjoinable(node, event):
            yield _finding(observation, failed, node, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, wrong: Unjoinable) -> Finding:
    joined = [o for o in (wrong.first, wrong.second) if o is not None]
    return finding(
        observation,
        failed,
        title=_title(node, wrong),
        message=" and ".join(f"{called(observation, node, o)} is {size(o.tensor)}" for o in joined) + "."
        if joined
        else "A list that is filled in a loop is empty where the loop did not run.",
        chain=[origin(observation, failed.step, node, operand) for operand in joined],
        fixes=[_fix(node, observation.source(node.id), wrong)],
    )


def _title(node: Node, wrong: Unjoinable) -> str:
    op = node.name
    if wrong.first is None:
        return f"{op} gets an empty list"
    if wrong.second is None:
        return f"{op} gets a scalar, which has no dimension to be joined along"
    one, two = wrong.first.tensor.shape, wrong.second.tensor.shape
    if wrong.axis is None:
        return f"{op} joins {counted(len(one), 'dimension')} with {counted(len(two), 'dimension')}"
    return f"{op} joins sizes {one[wrong.axis]} and {two[wrong.axis]} in dimension {wrong.axis}, which must be equal"


def _fix(node: Node, source: str | None, wrong: Unjoinable) -> Fix:
    if wrong.first is None:
        return Fix("put a tensor into the list before the loop, or see why it did not run")
    if wrong.second is None:
        return Fix("give each scalar a dimension: x.unsqueeze(0), or use torch.stack")
    if wrong.axis is None:
        return _as_many(node, wrong.first, wrong.second)
    if wrong.axis >= 2:
        after, edits = _resized(source), _padded(node, wrong.first, wrong.second)
        return Fix("bring the second to the size of the first before joining", after=after, edits=edits)
    return Fix(f"make both {wrong.first.tensor.shape[wrong.axis]} long in dimension {wrong.axis}, or join along it")


def _as_many(node: Node, first: Operand, second: Operand) -> Fix:
    """The one with fewer dimensions given that which the other has more, where its place is plain."""
    few, many = sorted((first, second), key=lambda o: len(o.tensor.shape))
    shape, other = few.tensor.shape, many.tensor.shape
    places = [a for a in range(len(other)) if other[:a] + other[a + 1 :] == shape]
    if len(places) != 1:
        return Fix("give both as many dimensions with unsqueeze or flatten, or see which reduction dropped one")
    edits = (Wrap(node.id, few.role, f"x.unsqueeze({places[0]})"),)
    return Fix(f"give the one of {size(few.tensor)} a dimension: x.unsqueeze({places[0]})", edits=edits)


def _padded(node: Node, first: Operand, second: Operand) -> tuple[Edit, ...]:
    """The second padded, or cut where it is larger, to the size of the first in all but batch and channels."""
    pairs = list(zip(first.tensor.shape[2:], second.tensor.shape[2:], strict=True))
    amounts = [amount for one, two in reversed(pairs) for amount in (0, one - two)]
    return (Wrap(node.id, second.role, f"torch.constant_pad_nd(x, {amounts})"),)


def _resized(source: str | None) -> str | None:
    """The user's line with the second of two tensors interpolated, where the line lists them by name."""
    listed = r"([\[(])\s*([\w.]+)\s*,\s*([\w.]+)\s*([\])])"
    return rewritten(source, listed, r"\1\2, F.interpolate(\3, size=\2.shape[2:])\4")
