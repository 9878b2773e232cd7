"""backward is called on more than one value.

What happened
-------------
The loss has several elements: one per sample, or a whole matrix. backward needs one number to start from, or a
gradient for each element.

Why it matters
--------------
backward raises "grad can be implicitly created only for scalar outputs".

How to fix it
-------------
Reduce the loss: `.mean()` or `.sum()`, or `reduction="mean"` in the loss function.

Not to be confused with
-----------------------
A loss of one element in any shape is fine. Where the loss has no history either, that comes first, and a CUT or PAR
code names it.

Example
-------
Shapes: 4x10; 4x1
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x, target):
            return (self.head(x) - target) ** 2

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x, target):
            return ((self.head(x) - target) ** 2).mean()
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Ask
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import made
from whygrad.engine.wording.phrases import size
from whygrad.engine.wording.rewriting import returned

_EMPTY = "see why nothing is left to make a loss of: a slice, a mask or a selection is empty"


@rule("BWD402", "loss-not-scalar", "error")
def loss_not_scalar(observation: Observation) -> Iterator[Finding]:
    """A loss of more than one element that backward refused."""
    step = next((s for s in observation.steps if s.error and s.error.stage == "backward"), None)
    if step is None or step.loss is None or step.loss.elements == 1 or not step.loss.requires_grad:
        return
    order, maker = made(step, {step.loss.id})
    node = maker.node if maker else None
    yield Finding(
        title=f"the loss has {step.loss.elements or 'no'} values ({size(step.loss)}), and backward needs one",
        message="backward starts from a single number, unless it is told a gradient for each value.",
        node=node,
        event=maker,
        order=order,
        parameters=names(observation.trainable),
        chain=(Link(f"the loss of shape {size(step.loss)} is made here", node),),
        fix=_reduced(observation, node) if step.loss.elements else Fix(_EMPTY),
    )


def _reduced(observation: Observation, node: int | None) -> Fix:
    return Fix(
        "reduce the loss to one number with .mean() or .sum()",
        after=returned(observation.source(node) if node is not None else None, ".mean()"),
        edits=(Ask({"loss": "mean"}),) if observation.loss == "output" else (),
    )
