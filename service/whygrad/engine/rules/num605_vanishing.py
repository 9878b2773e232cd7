"""Gradients shrink from layer to layer, until nothing is left for the first ones.

What happened
-------------
Each layer multiplies the gradient by less than one, and there are many. The slope of a sigmoid is at most 0.25: after
thirty of them nothing is left, whatever the weights are.

Why it matters
--------------
The last layers learn, the first ones stay at their initialisation, and the loss settles at what the last ones can do.

How to fix it
-------------
Use `relu` or `gelu` with an initialisation for them (`nn.init.kaiming_normal_`), put a normalisation and residual
connections between the layers, or leave some layers out.

Not to be confused with
-----------------------
A gradient of exactly zero has a cause at one place (ZER501 to ZER507). A small gradient because of one small factor is
not reported.

Example
-------
Shapes: 8x16
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(16, 16) for _ in range(30)])

        def forward(self, x):
            for layer in self.layers:
                x = torch.sigmoid(layer(x))
            return x

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(16, 16) for _ in range(30)])

        def forward(self, x):
            for layer in self.layers:
                x = x + torch.sigmoid(layer(x))
            return x
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.depth import Drift, vanishing
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted, owners


@rule("NUM605", "vanishing", "warning")
def vanishes(observation: Observation) -> Iterator[Finding]:
    """The way on which gradients shrink to nothing."""
    for drift in vanishing(observation):
        yield _finding(drift)


def _finding(drift: Drift) -> Finding:
    name, lost = drift.node.bare_name, owners(drift.parameters)
    return Finding(
        title=f"the gradient shrinks by {drift.orders:.0f} orders of magnitude on its way to {lost}",
        message=f"It passes {counted(drift.times, name)}, and shrinks at most of them.",
        node=drift.node.id,
        event=drift.event,
        order=drift.order,
        parameters=names(drift.parameters),
        chain=(
            Link("the gradient starts at the loss in an ordinary size"),
            Link(f"{name} makes it smaller, {drift.times} times on this way", drift.node.id),
            Link(f"at {lost} it is {drift.orders:.0f} orders of magnitude smaller, next to the others nothing"),
        ),
        fix=Fix("use relu or gelu, and put a normalisation or a residual connection between the layers"),
    )
