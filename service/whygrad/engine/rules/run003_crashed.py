"""The process that ran the program crashed.

What happened
-------------
The process was ended by a signal: an endless recursion broke its stack, an integer was divided in a way that the
processor refuses, or torch has a fault in a kernel. The last operation and pass are named. Or it ended without a
diagnosis that can be taken, which is then said.

Why it matters
--------------
What the passes before had seen stands; whether a gradient arrives could not be judged. In your own process the same
program ends Python without a traceback.

How to fix it
-------------
Look at the operation that is named, and at recursion around it. Run the same inputs in a process of your own to see
whether it crashes there too; a small program that crashes torch is worth a report to its authors.

Not to be confused with
-----------------------
RUN001 and RUN002: the run was ended for its time or its memory. RUN005: an error was raised in the ordinary way.

Example
-------
Shapes: 4x4
Loss: mean
Seconds: 30

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            h = self.fc(x)
            smallest = -9223372036854775807 - 1
            return h * (smallest // (x.size(0) - 5))

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            h = self.fc(x)
            smallest = -9223372036854775807
            return h * (smallest // (x.size(0) - 5))
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import during

_TOLD = {
    "crashed": (
        "the process that ran the program crashed",
        "It was ended by a signal, so no gradient could be judged.",
        "ended by a signal",
        "look for endless recursion and for what the operation there does with its operands",
    ),
    "garbled": (
        "what the process told of the program cannot be taken",
        "It was more than a diagnosis may be, or none at all, so no gradient could be judged.",
        "what was sent was dropped",
        "look for what takes hold of its own process, or send a smaller part of the program",
    ),
    "failed": (
        "the examination itself failed",
        "This is a fault of the service and not of the program; its log says more.",
        "the examination ended early",
        "send it again, and tell whoever runs the service",
    ),
}
"""Title, message, how it came about and what to do, by the kind of the ending."""


@rule("RUN003", "crashed", "error")
def crashed(observation: Observation) -> Iterator[Finding]:
    """A run whose process ended by a signal, sent what is no diagnosis, or met an error of the service."""
    ending = observation.ending
    if ending is not None and ending.kind in _TOLD:
        title, message, link, fix = _TOLD[ending.kind]
        at = during(ending)
        yield Finding(title=f"{title}{at}", message=message, chain=(Link(f"{link}{at}"),), fix=Fix(fix))
