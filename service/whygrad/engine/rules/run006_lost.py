"""Every worker that took this program was gone before it was done.

What happened
-------------
The worker that ran the program ended without a word, and so did those that took it over. After the last attempt the
service gave it up. The program itself runs in a process of its own, whose end a worker survives: here the worker went
too, so look at the machine first.

Why it matters
--------------
What the passes before had seen stands; whether a gradient arrives could not be judged.

How to fix it
-------------
Send it again. If it is lost again, look at the log of the workers and at the memory of their machine: the system ends
processes where it runs out, and a program that takes nearly all of it can take its worker along.

Not to be confused with
-----------------------
RUN001 to RUN003: the program's own process was ended or crashed, and the worker lived to tell.

Example
-------
Shapes: 4x10
Loss: mean
Workers lost: 3
Good workers lost: 2

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x)

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(10, 1)

        def forward(self, x):
            return self.fc(x)
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import counted


@rule("RUN006", "lost", "error")
def lost(observation: Observation) -> Iterator[Finding]:
    """A job that was given up because its workers died."""
    ending = observation.ending
    if ending is not None and ending.kind == "lost":
        workers = counted(ending.attempts, "worker")
        yield Finding(
            title=f"{workers} died with this program, and it was given up",
            message="They ended without a word, so no gradient could be judged.",
            chain=(Link(f"{workers} took it, and each was gone before it was done"),),
            fix=Fix("send it again; if it is lost again, look at the workers' log and at their machine's memory"),
        )
