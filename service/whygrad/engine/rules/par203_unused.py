"""A parameter is never read by the forward.

What happened
-------------
The parameter is registered in the module, but no operation of this forward reads it. It keeps `grad=None`.

Why it matters
--------------
It is never trained, a checkpoint carries it along, and DistributedDataParallel stops with "Expected to have
finished reduction in the prior iteration".

How to fix it
-------------
Use the layer in the forward, or remove it. Where it belongs to a branch that this input does not take, that is
meant: name it in `expect_frozen`.

Not to be confused with
-----------------------
PAR204 is read, but its result is not used. The CUT codes are used, and cut off on the way to the loss.

Example
-------
Shapes: 4x10
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 10)
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Linear(10, 10)
            self.head = nn.Linear(10, 1)

        def forward(self, x):
            return self.head(self.encoder(x))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.gradients.cuts import everything_lost, severity
from whygrad.engine.gradients.unreached import unreached, waits_for_data
from whygrad.engine.observation import Observation, Parameter
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import subject


@rule("PAR203", "unused", "warning")
def unused(observation: Observation) -> Iterator[Finding]:
    """The parameters that no operation reads."""
    silent = [p for group in unreached(observation) if group.event is None for p in group.parameters]
    if not silent or observation.opaque or observation.first.unlisted:
        return
    if everything_lost(observation) and len(silent) < len(observation.missing):
        return
    waiting = [p for p in silent if waits_for_data(observation, p)]
    if waiting:
        yield _not_this_time(waiting)
    silent = [p for p in silent if p not in waiting]
    if silent:
        yield _never(observation, silent)


def _not_this_time(waiting: Sequence[Parameter]) -> Finding:
    return Finding(
        title=f"{subject(waiting, 'is')} not used by these inputs",
        message="It is read in a branch that depends on the data, which took another way.",
        parameters=names(waiting),
        severity="note",
    )


def _never(observation: Observation, silent: Sequence[Parameter]) -> Finding:
    what = "it" if len(silent) == 1 else f"its {len(silent)} parameters"
    return Finding(
        title=f"{subject(silent, 'is')} never used",
        message=f"No operation of the forward reads {what}.",
        parameters=names(silent),
        severity=severity(observation),
        chain=tuple(Link(f"{name} is registered, wants a gradient, and keeps grad=None") for name in names(silent)[:8]),
        fix=Fix("use it in the forward, or remove it from __init__"),
    )
