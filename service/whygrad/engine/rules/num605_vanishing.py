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
from dataclasses import replace

from whygrad.engine.edits import Replace, Rescale
from whygrad.engine.finding import Finding, Fix
from whygrad.engine.gradients.depth import Drift, finding, scaled, vanishing
from whygrad.engine.gradients.weights import matrices
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.rewriting import rewritten

_SQUASHING = frozenset({"sigmoid", "tanh", "hardsigmoid", "softsign"})


@rule("NUM605", "vanishing", "warning")
def vanishes(observation: Observation) -> Iterator[Finding]:
    """The way on which gradients shrink to nothing."""
    for drift in vanishing(observation):
        yield finding(
            drift,
            change="shrinks",
            than_before="smaller",
            so=", next to the others nothing",
            fixes=_fixes(observation, drift),
        )


def _fixes(observation: Observation, drift: Drift) -> list[Fix]:
    """Weights that keep the signal its size, else with relu in place of what makes it small at every layer."""
    name = drift.node.bare_name
    words = "use relu or gelu, and put a normalisation or a residual connection between the layers"
    if name not in _SQUASHING:
        return scaled(observation) or [Fix(words)]
    after = rewritten(observation.place(drift.node.id), rf"\b(torch|F)\.{name}\(", "torch.relu(")
    opened = tuple(Replace(node, "torch.relu(self)") for node in drift.nodes)
    kept = (Rescale(matrices(observation), 2**0.5),)
    gentle = Fix(f"use relu in place of {name}, with weights initialised for it (kaiming_normal_)", after=after)
    relu = replace(gentle, edits=(*opened, *kept))
    return [relu] if name == "sigmoid" else [*scaled(observation), relu]  # whose slope is a quarter at most
