"""A result is detached on the only way to the loss.

What happened
-------------
`detach()`, `detach_()` or `.data` returned the same numbers without their history. Everything before it computed
its share of the loss, but backward stops here: no gradient reaches the parameters behind it.

Why it matters
--------------
Where it is the only way to the loss, backward raises "element 0 of tensors does not require grad and does not
have a grad_fn". Where other parameters still reach the loss, nothing is raised and these never learn.

How to fix it
-------------
Take the detach away. To look at the numbers (logging, metrics, NumPy), detach a second name and let the loss use
the first. To stop gradients on purpose, freeze the parameters instead, or name them in `expect_frozen`.

Not to be confused with
-----------------------
A detach beside a live path (a target network, a stop-gradient term, state carried between steps) costs nothing
and is not reported. CUT102 is the same effect by `torch.no_grad()`, CUT105 by taking numbers out with `.item()`.

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
            h = torch.relu(self.encoder(x)).detach()
            return self.head(h)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 6)
            self.head = nn.Linear(6, 1)

        def forward(self, x):
            h = torch.relu(self.encoder(x))
            return self.head(h)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.edits import Replace
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.gradients.cuts import Severed, cut_by, finding
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import owners
from whygrad.engine.wording.rewriting import rewritten, unless_idle


@rule("CUT101", "detached", "warning")
def detached(observation: Observation) -> Iterator[Finding]:
    """Every detach that costs a parameter its gradient."""
    for cut in cut_by(observation, "detached"):
        yield _finding(observation, cut)


def _finding(observation: Observation, cut: Severed) -> Finding:
    alive = f" ({cut.lost.grad_fn or 'a parameter'})" if cut.lost else ""
    return finding(
        observation,
        cut,
        why="the result is detached",
        message=f"The value that {owners(cut.parameters)} computed goes on to the loss without its history.",
        chain=(
            Link(f"the value is alive before this operation{alive}"),
            Link("its result has no history, so backward ends here", cut.node.id),
        ),
        fix=_fix(observation, cut),
    )


def _fix(observation: Observation, cut: Severed) -> Fix:
    """Without the detach; where it makes a straight-through estimate, that stays and the loss reads more."""
    if _straight_through(observation, cut):
        return Fix(
            f"keep the straight-through estimate, and let the loss also read what {owners(cut.parameters)} computed "
            "before it: a term of it and of the other side detached"
        )
    return Fix(
        "use the value without detaching it",
        after=unless_idle(rewritten(observation.source(cut.node.id), r"\.(detach_?\(\)|data\b)", "")),
        edits=(Replace(cut.node.id, "self"),),
    )


def _straight_through(observation: Observation, cut: Severed) -> bool:
    """Whether it is the detach of `a + (b - a).detach()`: b forward, the gradient of a backward."""
    read, dead = {t.id for t in cut.event.tensors}, {t.id for t in cut.event.outputs}
    taken: set[int] = set()
    for event in observation.first.events:
        name, other = observation.nodes[event.node].bare_name, event.input("other")
        if name == "sub" and other is not None and read & {t.id for t in event.outputs}:
            taken.add(other.id)
        if name == "add" and dead & (operands := {t.id for t in event.tensors}) and taken & operands:
            return True
    return False
