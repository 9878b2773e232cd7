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
A gradient of exactly zero has a cause at one place (ZER501 to ZER507); only where it is a mean in half precision, whose
shares are less than that type holds, is it told here. A small gradient because of one small factor is
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

from whygrad.engine.edits import Give, Replace, Rescale
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients import starving
from whygrad.engine.gradients.autopsy import LEAST, Starved
from whygrad.engine.gradients.depth import Drift, finding, scaled, vanishing
from whygrad.engine.gradients.starving import starved_by
from whygrad.engine.gradients.weights import matrices
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.rewriting import rewritten

_FLOAT16, _BFLOAT16 = 5, 15
"""How torch writes down the two types."""

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
    for found in starved_by(observation, "underflow"):
        yield _of_a_small_type(observation, found)


def _of_a_small_type(observation: Observation, found: Starved) -> Finding:
    """A mean over so many that the share of each is less than its type can hold."""
    given = found.event.tensors[0]
    return starving.finding(
        observation,
        found,
        why=f"{found.node.bare_name} over {given.elements} numbers leaves each less than {given.dtype} can hold",
        message=f"The smallest number that {given.dtype} holds is {LEAST[given.dtype]:.1e}. The gradient of the mean "
        f"is {found.arriving:.1e}, and the share of each of {given.elements} numbers rounds to zero.",
        chain=(
            Link(f"a gradient of {found.arriving:.1e} arrives", found.node.id),
            Link(f"divided by {given.elements}, it is zero in {given.dtype}"),
        ),
        fix=_in_a_wider_range(observation),
    )


def _in_a_wider_range(observation: Observation) -> Fix:
    """The casts of the program to a type of the range of float32, where they are written in it."""
    casts = [n for n in observation.nodes if n.bare_name == "to" and n.literal("dtype") == _FLOAT16]
    words = "use torch.bfloat16, which has the range of float32, or scale the loss before backward, GradScaler"
    return Fix(words, before="", edits=tuple(Give(n.id, "dtype", _BFLOAT16) for n in casts))


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
