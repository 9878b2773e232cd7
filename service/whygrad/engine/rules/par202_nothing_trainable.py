"""No parameter wants a gradient, so there is nothing that backward could do.

What happened
-------------
Every parameter has `requires_grad=False`, or the program has no parameters at all. The loss then has no history.

Why it matters
--------------
backward raises "element 0 of tensors does not require grad and does not have a grad_fn", which says nothing of
the parameters.

How to fix it
-------------
Unfreeze what is to be trained: `for p in model.head.parameters(): p.requires_grad_(True)`. Where there are no
parameters, look for weights that were stored as plain tensors instead of `nn.Parameter`.

Not to be confused with
-----------------------
CUT101 to CUT105 raise the same error although parameters want a gradient: there the way to the loss is cut.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1).requires_grad_(False)

        def forward(self, x):
            return self.head(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Unfreeze
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.unregistered import unregistered
from whygrad.engine.gradients.weights import baked_weights
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted


@rule("PAR202", "nothing-trainable", "error")
def nothing_trainable(observation: Observation) -> Iterator[Finding]:
    """A loss without history where no parameter wants a gradient."""
    loss = observation.first.loss
    if observation.trainable or loss is None or loss.requires_grad:
        return
    if not observation.parameters and (baked_weights(observation) or unregistered(observation)):
        return
    held = len(observation.parameters)
    floating = tuple(p.name for p in observation.parameters if p.floating)
    state = f"all {held} parameters have requires_grad=False" if held else "the program has no parameters"
    state = "its only parameter has requires_grad=False" if held == 1 else state
    yield Finding(
        title=f"nothing can be trained: {state}",
        message="The loss has no history, because nothing that it was computed from wants a gradient.",
        chain=(
            Link(f"{counted(held, 'parameter')}, and none with requires_grad=True"),
            Link("the loss has no grad_fn, so backward has nowhere to start"),
        ),
        fix=Fix(
            "unfreeze what is to be trained: parameter.requires_grad_(True)"
            if held
            else "register the weights as nn.Parameter, and export the model before it is frozen for inference",
            edits=(Unfreeze(floating),) if floating else (),
        ),
    )
