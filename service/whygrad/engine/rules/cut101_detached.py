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

import re
from collections.abc import Iterator

from whygrad.engine.cuts import Severed, cut_by, finding
from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.phrases import owners
from whygrad.engine.rewriting import rewritten
from whygrad.engine.rule import rule


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
        fix=Fix("use the value without detaching it", after=_without_detach(observation.source(cut.node.id))),
    )


def _without_detach(source: str | None) -> str | None:
    """The line without the detach; nothing where only `h = h` would be left of it."""
    after = rewritten(source, r"\.(detach_?\(\)|data\b)", "")
    return "" if after and re.fullmatch(r"([\w.]+)( = \1)?", after) else after
