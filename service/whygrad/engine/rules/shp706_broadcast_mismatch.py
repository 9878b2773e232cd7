"""Two shapes cannot be stretched to one: a size differs, and neither is 1.

What happened
-------------
Elementwise operations line shapes up from the last dimension and stretch sizes of 1. In one dimension both tensors
have a size other than 1, and the sizes differ; or `expand` was asked for a size that the tensor cannot take; or an
operation in place would have to grow the tensor that it writes.

Why it matters
--------------
The forward raises "The size of tensor a (5) must match the size of tensor b (65)", so no parameter gets a gradient.

How to fix it
-------------
Compare the shapes from the right. Slice or interpolate a table that was made for another length (position
embeddings), add a dimension with `unsqueeze` where a per-sample or per-channel factor was meant, or `transpose`.

Not to be confused with
-----------------------
SHP705: joining, where sizes of 1 are not stretched. SHP713: a loss that stretches its target. SHP701: a matrix
product was meant (`@`) and `*` was written. Shapes that do stretch, but not as meant, raise nothing.

Example
-------
Shapes: 2x5x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Parameter(torch.zeros(1, 9, 8))

        def forward(self, x):
            return x + self.positions

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.positions = nn.Parameter(torch.zeros(1, 9, 8))

        def forward(self, x):
            return x + self.positions[:, :x.size(1)]
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Resize, Wrap
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Node, Observation, Operand
from whygrad.engine.operands.stretching import Clash, clash
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import called, origin, parameter_name, variable
from whygrad.engine.wording.phrases import size, sizes
from whygrad.engine.wording.rewriting import applied


@rule("SHP706", "broadcast-mismatch", "error")
def broadcast_mismatch(observation: Observation) -> Iterator[Finding]:
    """The elementwise operation or expansion that was refused."""
    for failed, node, event in refused(observation, "stretch"):
        if wrong := clash(node, event):
            yield _finding(observation, failed, node, wrong)


def _finding(observation: Observation, failed: Failure, node: Node, wrong: Clash) -> Finding:
    first = called(observation, node, wrong.first)
    second = called(observation, node, wrong.second) if wrong.second else "the size asked for"
    given, wanted = wrong.sizes
    return finding(
        observation,
        failed,
        title=f"{first} is {size(wrong.first.tensor)} and {second} is {sizes(wrong.asked)}: "
        f"{given or 'nothing'} does not stretch to {wanted or 'nothing'}",
        message=f"In dimension {wrong.axis}, counted from the end, the sizes are {given} and {wanted}; "
        "only a size of 1 is stretched.",
        chain=[origin(observation, failed.step, node, o) for o in (wrong.first, wrong.second) if o],
        fixes=[_fix(observation, node, wrong, first, second)],
    )


def _fix(observation: Observation, node: Node, wrong: Clash, first: str, second: str) -> Fix:
    given, wanted = wrong.sizes
    for name, operand, size_of_other in ((first, wrong.first, wanted), (second, wrong.second, given)):
        held = parameter_name(observation, operand.tensor) if operand is not None else None
        if operand is not None and held:
            return _remade(name, held, operand, wrong.axis, size_of_other)
    if wrong.second is not None and (*wrong.second.tensor.shape, 1)[-2:] == (*wrong.first.tensor.shape[-2:-1], 1):
        after = applied(observation.source(node.id), variable(observation, node, wrong.second.role), ".unsqueeze(-1)")
        edits = (Wrap(node.id, wrong.second.role, "x.unsqueeze(-1)"),)
        return Fix(f"line {second} up with the rows: {second}.unsqueeze(-1)", after=after, edits=edits)
    return Fix(f"bring {first} and {second} to the same size in dimension {wrong.axis}, or one of them to 1")


def _remade(name: str, held: str, operand: Operand, axis: int, size_of_other: int) -> Fix:
    """A weight made for the size that the other operand has."""
    shape = list(operand.tensor.shape)
    summary = f"make {name} for {size_of_other} in dimension {axis}, slice it, or send what it was made for"
    if size_of_other == 0 or len(shape) < -axis:
        return Fix(summary)
    shape[axis] = size_of_other
    return Fix(f"{summary}: {sizes(shape)} in place of {size(operand.tensor)}", edits=(Resize(held, tuple(shape)),))
