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

from collections import defaultdict
from collections.abc import Iterator, Sequence

from whygrad.engine.cuts import everything_lost, unreached
from whygrad.engine.finding import Finding, Fix, Link, names
from whygrad.engine.observation import Observation, Parameter
from whygrad.engine.phrases import counted, subject
from whygrad.engine.rule import rule


@rule("PAR203", "unused", "warning")
def unused(observation: Observation) -> Iterator[Finding]:
    """Each module none of whose parameters is read, and each single parameter of a module that is."""
    silent = [p for group in unreached(observation) if group.event is None for p in group.parameters]
    if not silent or observation.opaque or observation.first.unlisted:
        return
    if everything_lost(observation) and len(silent) < len(observation.missing):
        return
    for parameters in _grouped(observation, silent):
        yield Finding(
            title=f"{subject(parameters, 'is')} never used",
            message=f"No operation of this forward reads {counted(len(parameters), 'parameter')} of it.",
            parameters=names(parameters),
            severity="error" if everything_lost(observation) else "warning",
            chain=(Link("it is registered, wants a gradient, and keeps grad=None"),),
            fix=Fix("use it in the forward, or remove it from __init__"),
        )


def _grouped(observation: Observation, silent: Sequence[Parameter]) -> list[list[Parameter]]:
    """The parameters by the outermost module that holds nothing but unused ones."""
    unread = {p.name for p in silent}
    used = [p.name for p in observation.parameters if p.name not in unread]
    groups: dict[str, list[Parameter]] = defaultdict(list)
    for parameter in silent:
        groups[_outermost(parameter.name, used)].append(parameter)
    return list(groups.values())


def _outermost(name: str, used: Sequence[str]) -> str:
    parts = name.split(".")
    for depth in range(1, len(parts)):
        module = ".".join(parts[:depth])
        if not any(other.startswith(f"{module}.") for other in used):
            return module
    return name
