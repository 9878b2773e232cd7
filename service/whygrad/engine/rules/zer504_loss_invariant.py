"""The loss does not depend on the parameter: what it changes is normalised away, or cancels.

What happened
-------------
The value of the parameter is used all the way to the loss, and yet the loss is the same whatever it is: the results
of a softmax are summed up, which gives 1; a layer norm is followed by the mean of its results, which is 0; a value is
subtracted from itself, directly or as its own mean. The gradient is zero, or what rounding leaves of zero.

Why it matters
--------------
Nothing raises, and the gradient may even look alive, some 1e-9: it is noise, and the parameter only drifts.

How to fix it
-------------
Let the loss look at the results one by one (compare them with a target, weight them), not at a sum that cannot
change; move the reduction before the normalisation, or drop what cancels.

Not to be confused with
-----------------------
A bias before a normalisation has a gradient of zero for the same reason, and is harmless: it is not reported. A
softmax over a single element is ZER503.

Example
-------
Shapes: 4x10
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.softmax(self.score(x), dim=1)
            return p.sum()

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.score = nn.Linear(10, 3)

        def forward(self, x):
            p = torch.softmax(self.score(x), dim=1)
            return p.square().sum()
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners

_NORMALISING = frozenset(
    {"softmax", "log_softmax", "layer_norm", "group_norm", "batch_norm", "instance_norm", "rms_norm"}
)


@rule("ZER504", "loss-invariant", "warning")
def loss_invariant(observation: Observation) -> Iterator[Finding]:
    """Every operation behind which the loss no longer depends on a parameter."""
    for found in starved_by(observation, "invariant"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, lost = found.node.bare_name, owners(found.parameters)
    normalised = name in _NORMALISING
    what = "normalises it away" if normalised else "is where its contributions cancel"
    why = f"{name} keeps a sum constant that is all the loss looks at" if normalised else f"at {name} they add up to 0"
    return finding(
        observation,
        found,
        why=f"the loss does not depend on it, {name} {what}",
        message=f"Whatever {lost} computes, the loss is the same: {why}. What is left of the gradient is rounding.",
        chain=(
            Link(f"the value of {lost} is used, and reaches the loss through {name}", found.node.id),
            Link("the derivatives along the ways from there to the loss add up to 0"),
        ),
        fix=Fix(
            f"let the loss look at the results of {name} one by one, not at a sum or mean that is always the same"
            if normalised
            else f"drop what cancels at {name}, or let the loss depend on the two parts in different ways"
        ),
    )
