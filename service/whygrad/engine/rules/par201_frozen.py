"""Parameters have `requires_grad=False`.

What happened
-------------
These parameters say that they want no gradient, so they get none and no optimiser changes them.

Why it matters
--------------
It is usually meant: a frozen backbone, a target network, a fixed embedding. It is worth a look when a layer was
meant to be unfrozen again.

How to fix it
-------------
`parameter.requires_grad_(True)` before the optimiser is made, and the parameter in the optimiser's list. Where it
is meant, name it in `expect_frozen` and this note goes away.

Not to be confused with
-----------------------
PAR202 is the same where nothing is left to train. A parameter that wants a gradient and gets none is PAR203,
PAR204 or one of the CUT codes.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6).requires_grad_(False)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            return self.head(self.encoder(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            return self.head(self.encoder(x))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Unfreeze
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted, owners, subject


@rule("PAR201", "frozen", "note")
def frozen(observation: Observation) -> Iterator[Finding]:
    """The frozen parameters, unless nothing else is left or they were expected."""
    parameters = [p for p in observation.parameters if not p.requires_grad and not observation.expected(p)]
    floating = [p for p in parameters if p.floating]
    if floating and observation.trainable:
        yield Finding(
            title=f"{subject(floating, 'is')} frozen",
            message=f"{counted(len(floating), 'parameter')} of {owners(floating)} "
            f"{'has' if len(floating) == 1 else 'have'} requires_grad=False.",
            parameters=names(floating),
            chain=(Link(f"{counted(len(observation.trainable), 'other parameter')} can be trained"),),
            fix=Fix(
                "where it is not meant: parameter.requires_grad_(True); where it is: name it in expect_frozen",
                edits=(Unfreeze(names(floating)),),
            ),
        )
