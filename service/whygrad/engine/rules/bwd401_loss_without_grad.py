"""The loss has no history, and no parameter that wants a gradient has any part in it.

What happened
-------------
Everything that the loss was computed from are inputs, targets and constants. Parameters were read, but nothing
that they computed was used in the loss, not even in a way that loses the gradient.

Why it matters
--------------
backward raises "element 0 of tensors does not require grad and does not have a grad_fn".

How to fix it
-------------
Look at the operands of the loss: one of them should be the prediction. A wrong name (the target twice, the input
instead of the output) is the usual reason.

Not to be confused with
-----------------------
Where the prediction does reach the loss and loses its history on the way, a CUT code names the place. PAR202 has
nothing to train at all.

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
            prediction = self.head(x)
            return F.mse_loss(target, target)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.head = nn.Linear(10, 1)

        def forward(self, x, target):
            prediction = self.head(x)
            return F.mse_loss(prediction, target)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.rejoining import read_instead
from whygrad.engine.gradients.unreached import Unreached, nothing_arrives, unreached
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.origins import made
from whygrad.engine.wording.phrases import owners


@rule("BWD401", "loss-without-grad", "error")
def loss_without_grad(observation: Observation) -> Iterator[Finding]:
    """A loss to which no parameter contributes, although some are read."""
    groups = unreached(observation)
    if not nothing_arrives(observation) or all(g.event is None for g in groups):
        return
    step = observation.first
    order, maker = made(step, {*step.reads, *([step.loss.id] if step.loss else [])})
    node = maker.node if maker else None
    yield Finding(
        title="the loss has no gradient: no parameter takes part in it",
        message="The loss is computed from inputs and constants only.",
        node=node,
        event=maker,
        order=order,
        parameters=names(observation.missing),
        chain=(
            *(
                Link(f"what {owners(g.parameters)} computes ends here, unused", g.event.node)
                for g in groups
                if g.event is not None
            ),
            Link("the loss is made here, of tensors without a history", node),
        ),
        fix=_fix(observation, groups),
    )


def _fix(observation: Observation, groups: Sequence[Unreached]) -> Fix:
    """The prediction where the loss reads something else of its shape, if there is one such place."""
    last = [g.event for g in groups if g.event is not None and len(g.event.outputs) == 1]
    place = read_instead(observation, last[-1].outputs[0], last[-1].node) if last else None
    return Fix("compute the loss from what the model predicts", edits=(place,) if place is not None else ())
