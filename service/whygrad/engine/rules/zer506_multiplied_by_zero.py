"""A product of two zeros, neither of which can leave zero.

What happened
-------------
The value is multiplied by a weight or a gate that is 0, and what that weight is multiplied by is 0 as well. Each of
the two gets the other as its gradient: nothing. Typical: both matrices of a low-rank adapter initialised to zero, a
gate of zero around a branch whose last layer is zero too, all layers of a network at zero.

Why it matters
--------------
Nothing raises. The parameters get a gradient of exactly zero in every step, for ever.

How to fix it
-------------
Initialise one of the two at random and only the other to zero: the first step then moves the one that is zero, and
from the second on both learn.

Not to be confused with
-----------------------
One zero alone is healthy and common (a last layer, the second matrix of an adapter, the scale of a residual branch):
it leaves zero in the first step. A mask that is all zeros is ZER507.

Example
-------
Shapes: 4x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(8, 8)
            self.down, self.up = nn.Linear(8, 2, bias=False), nn.Linear(2, 8, bias=False)
            nn.init.zeros_(self.down.weight)
            nn.init.zeros_(self.up.weight)

        def forward(self, x):
            return self.base(x) + self.up(self.down(x))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.base = nn.Linear(8, 8)
            self.down, self.up = nn.Linear(8, 2, bias=False), nn.Linear(2, 8, bias=False)
            nn.init.normal_(self.down.weight)
            nn.init.zeros_(self.up.weight)

        def forward(self, x):
            return self.base(x) + self.up(self.down(x))
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from whygrad.engine.edits import Edit, Wrap
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.observation import Observation, Tensor
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners


@rule("ZER506", "multiplied-by-zero", "warning")
def multiplied_by_zero(observation: Observation) -> Iterator[Finding]:
    """Every product with a zero that cannot leave zero."""
    for found in starved_by(observation, "stuck"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, lost = found.node.bare_name, owners(found.parameters)
    factor = found.factor.name if found.factor is not None else "a weight"
    frozen = found.factor is not None and not found.factor.requires_grad
    stays = "it is frozen" if frozen else "its own gradient is zero too"
    return finding(
        observation,
        found,
        why=f"it is multiplied by {factor}, which is zero and stays so",
        message=f"{factor} is all zeros, and {stays}: no step will ever change that.",
        chain=(
            Link(f"{name} multiplies with {factor}, which is 0 in every element", found.node.id),
            Link(f"so the gradient that goes on to {lost} is 0"),
            Link(f"{factor} cannot leave zero: {stays}"),
        ),
        fix=Fix(
            f"unfreeze {factor}, or give it other values"
            if frozen
            else f"initialise {factor} at random, and leave at zero only one factor of each product",
            edits=_at_random(observation, {found.factor.tensor} if found.factor is not None else set()),
        ),
        other_fixes=(
            Fix(
                "initialise all of these weights at random, and leave at zero only the last",
                edits=_at_random(observation, {p.tensor for p in found.parameters}),
            ),
        ),
        kind="frozen" if frozen else "",
    )


def _at_random(observation: Observation, weights: Collection[int]) -> tuple[Edit, ...]:
    """Weights as they would be had they not started at zero, wherever they are read."""
    reading = (
        (event.node, operand.role)
        for event in observation.first.events
        for operand in event.inputs
        if operand.tensor.id in weights and _is_zero(operand.tensor)
    )
    return tuple(Wrap(node, role, "x + 0.1 * torch.randn_like(x)") for node, role in dict.fromkeys(reading))


def _is_zero(tensor: Tensor) -> bool:
    return tensor.numbers is None or tensor.numbers.all_zero
