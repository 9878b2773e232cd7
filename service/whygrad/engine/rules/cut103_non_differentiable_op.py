"""A value passes through an operation that has no gradient: an index, a comparison, a count.

What happened
-------------
The result of `argmax`, of a comparison, of `sort`'s indices, `histc`, `bincount` and the like does not change
smoothly with its input. torch returns it without a history, and turning it into floats afterwards does not bring
the history back.

Why it matters
--------------
Where it is the only way to the loss, backward raises "element 0 of tensors does not require grad and does not
have a grad_fn"; where it is not, the parameters behind it silently never learn.

How to fix it
-------------
Let the loss use the scores themselves: `cross_entropy` on logits instead of a distance between classes, a softmax
average of positions instead of `argmax` (soft-argmax), `gumbel_softmax` or a straight-through estimator for a
hard choice, `sigmoid` for a threshold.

Not to be confused with
-----------------------
`round`, `floor` and `sign` keep a history whose gradient is zero (ZER501). A cast to integers and back is CUT104.
An `argmax` beside a live path, for a metric, is harmless and not reported.

Example
-------
Shapes: 4x10; 4x1
Loss: output

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scores = nn.Linear(10, 5)

        def forward(self, x, target):
            position = self.scores(x).argmax(dim=1, keepdim=True)
            return F.mse_loss(position.float(), target)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.scores = nn.Linear(10, 5)

        def forward(self, x, target):
            position = self.scores(x).softmax(dim=1) @ torch.arange(5.0).unsqueeze(1)
            return F.mse_loss(position.float(), target)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, cut_by, everything_lost, finding
from whygrad.engine.gradients.differentiating import with_graph, without_graph
from whygrad.engine.gradients.gating import gated
from whygrad.engine.gradients.relaxations import without_derivative
from whygrad.engine.gradients.relaxing import compared_share, relaxed, straight_through
from whygrad.engine.gradients.slices import partly_cut_by
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.softening import estimated, in_line, smoothed

_POSITIONS = {"argmax", "argmin", "argsort", "topk", "sort", "max", "min", "nonzero"}
_SEARCHES = {"searchsorted", "bucketize"}
_COMPARISONS = {"gt", "lt", "ge", "le", "eq", "ne", "isclose", "logical_and", "logical_or", "logical_not", "isnan"}


@rule("CUT103", "non-differentiable-op", "warning")
def non_differentiable(observation: Observation) -> Iterator[Finding]:
    """Every operation without gradient that costs a parameter its own."""
    for cut in (*cut_by(observation, "not-differentiable"), *partly_cut_by(observation, "not-differentiable")):
        yield _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    lost, name = owners(cut.parameters), cut.node.bare_name
    what, instead = _advice(cut)
    fixes = _fixes(observation, cut) or [Fix(instead)]
    flat = f"{name} returns {what}, which do not change smoothly with the input, so there is no gradient."
    unknown = f"torch knows no derivative of {name}, so what it returns has no history."
    once = "grad computes a gradient and records no graph of how, so there is no gradient of that gradient."
    found = finding(
        observation,
        cut,
        why=f"{name} has none to give",
        message=once if without_graph(cut.node) else unknown if without_derivative(cut.node) else flat,
        chain=(
            Link(f"the value that {lost} computed is alive before {name}"),
            Link(f"{name} returns {_result(cut)} without a history", cut.node.id),
        ),
        fix=fixes[0],
    )
    return replace(found, other_fixes=(*fixes[1:], *found.other_fixes))


def _fixes(observation: Observation, cut: Severed) -> list[Fix]:
    """The smooth twin; first what stays hard in the forward, where more than the loss reads it."""
    node, event = cut.node, cut.event
    if without_graph(node):
        return [with_graph(observation, node)]
    soft = relaxed(observation, node, event)
    weighed = gated(observation, node, event)
    hard = straight_through(observation, node, event)
    share = compared_share(observation, node, event) is not None
    fixes = []
    if soft:
        after = smoothed(observation, node, share=share) if in_line(observation, node, soft.edits) else None
        fixes.append(Fix(f"use {soft.name}", after=after, edits=soft.edits))
    if weighed:
        fixes.append(Fix(f"use {weighed.name}", weighed.before, weighed.after, edits=weighed.edits))
    if hard:
        after = estimated(observation, node, share=share) if in_line(observation, node, hard.edits) else None
        fixes.append(Fix(f"use {hard.name}", after=after, edits=hard.edits))
    return fixes if everything_lost(observation) else fixes[::-1]


def _result(cut: Severed) -> str:
    return ", ".join(dict.fromkeys(t.dtype for t in cut.event.outputs)) or "a number"


def _advice(cut: Severed) -> tuple[str, str]:
    """What the operation returns, and what to use instead."""
    name = cut.node.bare_name
    if name in _POSITIONS:
        return "positions", "use the scores in the loss (cross_entropy, soft-argmax), or gumbel_softmax for a choice"
    if name in _SEARCHES:
        return (
            "positions",
            "interpolate between the two neighbours that it finds, by where the value lies between them; what only "
            "says where to sample learns from a term of the loss of its own",
        )
    if without_derivative(cut.node):
        return "numbers", f"compute it with operations that have a derivative; {name} has none in torch"
    if name in _COMPARISONS:
        return "yes and no", "use a smooth function of the same quantity (sigmoid, softplus), or the values themselves"
    return "numbers", f"let the loss use what goes into {name}, or a smooth stand-in for it"
