"""A value is cast to an integer or boolean type, and back.

What happened
-------------
Integers carry no gradient. A cast such as `.long()`, `.int()`, `.to(torch.int64)` or `.bool()` returns a tensor
without history, and `.float()` afterwards starts a new one that leads nowhere.

Why it matters
--------------
Where it is the only way to the loss, backward raises "element 0 of tensors does not require grad and does not
have a grad_fn"; where it is not, the parameters behind it silently never learn.

How to fix it
-------------
Leave the value in floating point. Where whole numbers are wanted in the forward, round with a straight-through
estimator: `x + (x.round() - x).detach()`.

Not to be confused with
-----------------------
`round()` without a cast keeps a history, whose gradient is zero (ZER501). Operations that return integers by
themselves, such as `argmax`, are CUT103. A cast between floating types keeps the history and is harmless.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = (self.encoder(x) * 10).long().float()
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = (self.encoder(x) * 10).double().float()
            return self.head(h)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, cut_by, finding
from whygrad.engine.gradients.interpolating import interpolated
from whygrad.engine.gradients.slices import partly_cut_by
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.rewriting import rewritten

_CAST = r"\.(long|int|short|char|byte|bool)\(\)|\.(to|type)\(torch\.(u?int\d+|long|int|short|bool)\)"


@rule("CUT104", "integer-cast", "warning")
def integer_cast(observation: Observation) -> Iterator[Finding]:
    """Every cast that costs a parameter its gradient, or a part of one."""
    for cut in (*cut_by(observation, "cast"), *partly_cut_by(observation, "cast")):
        yield _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    was = cut.lost.dtype if cut.lost else "floating"
    becomes = cut.event.outputs[0].dtype
    found = finding(
        observation,
        cut,
        why=f"the result is cast to {becomes}",
        message=f"A cast from {was} to {becomes} ends the history: whole numbers have no gradient.",
        chain=(
            Link(f"the value is alive before the cast, as {was}"),
            Link(f"the cast returns {becomes} without a history", cut.node.id),
        ),
        fix=Fix(
            "keep the value in floating point",
            after=rewritten(observation.place(cut.node.id), _CAST, ""),
            edits=(Replace(cut.node.id, "self"),),
        ),
    )
    straight = Fix(
        "where whole numbers are meant, round with a straight-through estimator: x + (x.trunc() - x).detach()",
        edits=(Replace(cut.node.id, "self + (torch.trunc(self) - self).detach()"),),
    )
    between = interpolated(observation, cut.node, cut.event)
    if between is not None:
        return replace(found, fix=Fix(between.name, edits=between.edits))
    return replace(found, other_fixes=(straight,)) if becomes != "bool" else found
