"""A ReLU is not active for any sample, so that nothing passes through it.

What happened
-------------
Every number that goes into the ReLU is negative or zero, for every unit and every sample. Its output is 0 and its
derivative is 0.

Why it matters
--------------
Nothing raises. Everything before the ReLU gets a gradient of exactly zero and stays as it is, so that the ReLU stays
dead. As the last layer it makes every prediction 0.

How to fix it
-------------
Do not rectify the last layer; the loss can do without. Elsewhere use `leaky_relu`, `gelu` or a normalisation before
the ReLU, a smaller learning rate, and a bias that is not strongly negative.

Not to be confused with
-----------------------
Some units that are never active are ordinary, and nothing is reported. A clamp beyond its bounds is ZER502.

Example
-------
Shapes: 8x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 1)
            nn.init.constant_(self.fc.bias, -25.0)

        def forward(self, x):
            return torch.relu(self.fc(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 1)
            nn.init.constant_(self.fc.bias, 0.25)

        def forward(self, x):
            return torch.relu(self.fc(x))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.spelling import leaky


@rule("ZER505", "dead-relu", "warning")
def dead_relu(observation: Observation) -> Iterator[Finding]:
    """Every rectifier through which nothing passes."""
    for found in starved_by(observation, "dead"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, read = found.node.bare_name, found.event.tensors[0].numbers if found.event.tensors else None
    closed = read is None or read.high <= 0.0
    range_ = f"between {read.low:.3g} and {read.high:.3g}" if read is not None else "negative"
    which = "no unit is active for any sample" if closed else "no unit that the loss uses is active"
    return finding(
        observation,
        found,
        why=f"{which} in {name}",
        message=f"What goes into {name} is {range_}: {which}, so {name} gives 0 and passes on a gradient of 0.",
        chain=(
            Link(f"what goes into {name} is {range_}", found.node.id),
            Link(f"a gradient arrives at {name}, and its derivative is 0 there"),
            Link(f"every element of the gradient of {owners(found.parameters)} is 0"),
        ),
        fix=_fix(observation, found),
    )


def _fix(observation: Observation, found: Starved) -> Fix:
    name, node = found.node.bare_name, found.node
    after = leaky(observation, node)
    edit = Replace(node.id, "torch.where(self > 0, self, 0.01 * self)")
    last = "leave the last activation out, or " if found.event.outputs[:1] == observation.first.outputs[:1] else ""
    return Fix(
        f"{last}use leaky_relu in place of {name}, and start from a bias that is not so negative",
        after=after,
        edits=(edit,),
    )
