"""A gradient is asked of an integer tensor.

What happened
-------------
`requires_grad_()` or `requires_grad=True` was put on a tensor of integers or booleans. Whole numbers do not change
smoothly, so there is no gradient for them, and torch refuses to promise one.

Why it matters
--------------
The forward raises "only Tensors of floating point dtype can require gradients", and nothing runs.

How to fix it
-------------
Make the tensor floating: `torch.tensor([1.0, 2.0])` instead of `torch.tensor([1, 2])`, or `.float()` before. Indices
and class labels need no gradient: take the request away.

Not to be confused with
-----------------------
CUT104 casts a value that has a history to integers, which loses it without a word.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            scale = torch.tensor([1, 2, 3, 4], requires_grad=True)
            return self.head(x) * scale

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            scale = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
            return self.head(x) * scale
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Edit, Give, Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Node, Observation
from whygrad.engine.refusals.failures import finding, refused
from whygrad.engine.rule import rule

_FLOAT32 = 6
"""The number by which TorchScript knows the type."""


@rule("BWD405", "integer-requires-grad", "error")
def integer_requires_grad(observation: Observation) -> Iterator[Finding]:
    """The operation that was to make a leaf of integers."""
    for failed, node, event in refused(observation, "integer leaf"):
        kind = next((t.dtype for t in event.tensors if not t.floating), "integers")
        yield finding(
            observation,
            failed,
            title=f"a gradient is asked of a tensor of {kind}",
            message=f"{node.name} is to make a leaf that wants a gradient, but its numbers are {kind}.",
            chain=(Link(f"{node.name} asks for a gradient of {kind}", node.id),),
            fixes=[
                Fix(
                    "make the tensor floating, or take requires_grad away where it needs no gradient",
                    edits=_edits(node),
                )
            ],
        )


def _edits(node: Node) -> tuple[Edit, ...]:
    if node.op == "aten::requires_grad_":
        return (Wrap(node.id, "self", "x.float()"),)
    return (Give(node.id, "dtype", _FLOAT32),) if node.argument("dtype") else ()
