"""An operation refused the shapes of its operands.

What happened
-------------
The operation needs shapes that go together in a way of its own (two sets of points, a square matrix, an attention
mask, a distance), and these do not.

Why it matters
--------------
The forward or the loss raises, so no parameter gets a gradient.

How to fix it
-------------
Compare the operands with what torch says of them, and follow the one that surprises you to where it got its shape.

Not to be confused with
-----------------------
SHP701 to SHP716 name the frequent cases: products, channels, numbers of dimensions, views, joins, elementwise sizes,
windows, normalisations, indices, recurrent layers, targets, einsum.

Example
-------
Shapes: 4x3
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return torch.cdist(x * self.scale, torch.ones(2, 4))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(3))

        def forward(self, x):
            return torch.cdist(x * self.scale, torch.ones(2, 3))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix
from whygrad.engine.observation import Event, Node, Observation
from whygrad.engine.refusals.failures import Failure, finding, refused
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import origin, parameter_name
from whygrad.engine.wording.phrases import size


@rule("SHP717", "shape-mismatch", "error")
def shape_mismatch(observation: Observation) -> Iterator[Finding]:
    """The operation that was refused, where none of the frequent cases fits."""
    for failed, node, event in refused(observation, "shape"):
        yield _finding(observation, failed, node, event)


def _finding(observation: Observation, failed: Failure, node: Node, event: Event) -> Finding:
    op = "torch" if node.op == "prim::RaiseException" else node.name
    own = [o for o in event.inputs if not parameter_name(observation, o.tensor)][:3]
    weights = [o for o in event.inputs if o not in own][: 1 if own else 2]
    shapes = " and ".join([size(o.tensor) for o in own] + [f"{o.role} {size(o.tensor)}" for o in weights])
    return finding(
        observation,
        failed,
        title=f"{op} refuses {shapes}" if shapes else f"{op} refuses the shapes it gets",
        message=failed.said or "The shapes do not go together.",
        chain=[origin(observation, failed.step, observation.nodes[event.node], o) for o in own],
        fixes=[Fix("bring the operands to shapes that go together, as the message says")],
    )
