"""Gradients grow from layer to layer, until an update with them is useless.

What happened
-------------
Each layer multiplies the gradient by more than one, and there are many: weights initialised with a standard deviation
of 1 in a deep network, a recurrence over many steps. What arrives at the first layers is larger than at the last by
many orders of magnitude.

Why it matters
--------------
One update throws the weights far away; the loss jumps, and soon it is NaN.

How to fix it
-------------
Initialise the weights for their width (`nn.init.kaiming_normal_`, `nn.init.xavier_uniform_`, torch's default), put a
normalisation or a residual connection between the layers, and clip the norm of the gradients.

Not to be confused with
-----------------------
A large gradient alone may come from a loss that is summed, or scaled for half precision; it does not grow with depth,
and is not reported. Where it is infinite or NaN, it is NUM601 or NUM602.

Example
-------
Shapes: 4x64
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(16)])
            for layer in self.layers:
                nn.init.normal_(layer.weight)

        def forward(self, x):
            for layer in self.layers:
                x = torch.relu(layer(x))
            return x

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(16)])
            for layer in self.layers:
                nn.init.kaiming_normal_(layer.weight)

        def forward(self, x):
            for layer in self.layers:
                x = torch.relu(layer(x))
            return x
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix
from whygrad.engine.gradients.depth import exploding, finding, scaled
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule


@rule("NUM604", "exploding", "warning")
def explodes(observation: Observation) -> Iterator[Finding]:
    """The way on which gradients grow beyond use."""
    for drift in exploding(observation):
        yield finding(
            drift,
            change="grows",
            than_before="larger",
            fixes=scaled(observation) or [Fix("normalise between the layers, or scale what they give")],
        )
