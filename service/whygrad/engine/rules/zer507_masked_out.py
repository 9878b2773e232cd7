"""Everything that the parameter computes is masked out, overwritten, or never selected.

What happened
-------------
The value is multiplied by a mask of zeros, replaced by `masked_fill` or `where` at every position, dropped by a
dropout of 1, or overwritten in place; or an embedding is only asked for its `padding_idx`, whose row gets no gradient.

Why it matters
--------------
Nothing raises, and the parameter gets a gradient of exactly zero.

How to fix it
-------------
Look at the mask: is it inverted, of the wrong batch, filled with the wrong value, or is the index always the padding?

Not to be confused with
-----------------------
Rows of an embedding that a batch does not use get no gradient either: that is ordinary, as long as others do. A
weight that is zero and cannot leave zero is ZER506.

Example
-------
Shapes: 4x8
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.side = nn.Linear(8, 3), nn.Linear(8, 3)
            self.register_buffer("keep", torch.zeros(3))

        def forward(self, x):
            return self.body(x) + self.side(x) * self.keep

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.side = nn.Linear(8, 3), nn.Linear(8, 3)
            self.register_buffer("keep", torch.ones(3))

        def forward(self, x):
            return self.body(x) + self.side(x) * self.keep
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.autopsy import Starved
from whygrad.engine.gradients.starving import finding, starved_by
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners

_OVERWRITING = frozenset({"copy", "zero", "fill", "index_put", "masked_scatter"})


@rule("ZER507", "masked-out", "warning")
def masked_out(observation: Observation) -> Iterator[Finding]:
    """Every operation that throws away all that a parameter computes."""
    for found in starved_by(observation, "masked"):
        yield _finding(observation, found)


def _finding(observation: Observation, found: Starved) -> Finding:
    name, lost = found.node.bare_name, owners(found.parameters)
    what, advice = _told(name)
    return finding(
        observation,
        found,
        why=f"{name} {what}",
        message=f"Of what {lost} computes nothing is left: {name} {what}.",
        chain=(
            Link(f"a gradient arrives at {name}", found.node.id),
            Link(f"{name} {what}, so 0 goes on to {lost}"),
        ),
        fix=Fix(advice),
    )


def _told(name: str) -> tuple[str, str]:
    """What an operation does with the value, and what to look at."""
    if name.startswith("embedding"):
        return "is asked only for its padding row", "check padding_idx, and the indices that are sent"
    if name in ("cross_entropy_loss", "nll_loss", "nll_loss2d", "nll_loss_nd"):
        return "ignores every target", "check ignore_index, and the targets that are sent"
    if name in ("gather", "index", "index_select", "select", "slice"):
        return "never takes it", f"check what {name} takes, or do not compute what it leaves"
    if name == "dropout":
        return "drops everything", "use a dropout probability below 1"
    if name in _OVERWRITING:
        return "overwrites every element of it", "do not overwrite the result, or write only where it is not needed"
    if name in ("mul", "div"):
        return "multiplies it with zeros alone", "check the mask or the factor: is it inverted, or still at zero?"
    return "replaces it at every position that the loss uses", f"check the condition of {name}: is it inverted?"
