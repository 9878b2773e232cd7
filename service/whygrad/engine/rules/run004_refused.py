"""The program holds an operation that reaches files, other processes or the network.

What happened
-------------
Before anything was run, an operation was found in the program that reads or writes a file, calls Python, or talks to
other processes (`torch.from_file`, `aten::save`, remote calls, collectives). A program that comes from elsewhere is not
allowed that, on whatever path it stands, so nothing was run. Or it asked for such a thing on the way, where no
operation tells of it, and its process was ended by the sandbox.

Why it matters
--------------
Whether a gradient arrives could not be judged.

How to fix it
-------------
Export a program that computes and nothing else: hand over as an input, or keep as a parameter or buffer, what it reads
from a file; write files, log and synchronise in the training loop around it.

Not to be confused with
-----------------------
FMT903: the file holds no program at all. RUN003: the program was run, and crashed.

Example
-------
Shapes: 4x3
Loss: mean

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 3)

        def forward(self, x):
            scale = torch.from_file("scale.bin", False, 3)
            return self.fc(x) * scale

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.register_buffer("scale", torch.ones(3))

        def forward(self, x):
            return self.fc(x) * self.scale
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link, Related
from whygrad.engine.observation import Observation
from whygrad.engine.outreach import reach, reached_by, reaching
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import during

_ALLOWED = "A program that comes from elsewhere may compute, and nothing else."
_FIX = Fix("hand its values over as an input or a buffer, and keep what writes or sends outside of the program")


@rule("RUN004", "refused", "error")
def refused(observation: Observation) -> Iterator[Finding]:
    """A program that was not run for what it would reach, or was ended when it reached for it."""
    refusal = observation.refusal
    if refusal is not None and refusal.operation is not None:
        yield Finding(
            title=f"the program was not run: {refusal.operation} {reach(refusal.operation)}",
            message=f"{refusal.why[:1].upper()}{refusal.why[1:]}. {_ALLOWED}",
            place=refusal.place,
            op=refusal.operation,
            fix=_FIX,
        )
    found = reaching(observation.nodes)
    for first in found[:1]:
        yield Finding(
            title=f"the program was not run: {first.op} {reached_by(first)}",
            message=_ALLOWED,
            node=first.id,
            related=tuple(Related(f"{node.op} {reached_by(node)}", node.id) for node in found[1:]),
            fix=_FIX,
        )
    ending = observation.ending
    if ending is not None and ending.kind == "forbidden":
        yield Finding(
            title=f"the run was ended for what it asked of the system{during(ending)}",
            message="A program may compute, and nothing else: it starts no process, reaches no network and no other's "
            "memory.",
            chain=(Link(f"ended by the sandbox{during(ending)}"),),
            fix=Fix("leave out of the program what is no computation"),
        )
