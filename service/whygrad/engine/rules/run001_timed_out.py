"""The run did not come to an end in its time.

What happened
-------------
The program was still running when its time was up, and was ended. Its last operation and pass are named. Usually a
loop that never ends, or a program that is too large for the time it was given.

Why it matters
--------------
What the passes before had seen stands; whether a gradient arrives could not be judged.

How to fix it
-------------
Look at the loop around the operation that is named: does its condition ever change? Send smaller inputs: gradients go
the same ways for a batch of 2. On a machine that has much else to do a large program may need more time than it was
given: send it again, or raise WHYGRAD_JOB_SECONDS.

Not to be confused with
-----------------------
RUN002 and RUN003: the run ended by itself, for want of memory or by a crash.

Example
-------
Shapes: 4x4
Loss: mean
Seconds: 3

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            n = 0
            while n < x.size(0):
                x = torch.tanh(self.fc(x))
            return x

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x):
            n = 0
            while n < x.size(0):
                x = torch.tanh(self.fc(x))
                n += 1
            return x
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import during


@rule("RUN001", "timed-out", "error")
def timed_out(observation: Observation) -> Iterator[Finding]:
    """A run that was ended because its time was up."""
    ending = observation.ending
    if ending is not None and ending.kind == "timed-out":
        loop = "see that the loop around it ends, or " if ending.location else ""
        yield Finding(
            title=f"the run was ended after {round(ending.seconds, 1):g} seconds{during(ending)}",
            message="It had not come to an end in its time, so no gradient could be judged.",
            chain=(Link(f"ended from outside{during(ending)}"),),
            fix=Fix(f"{loop}send smaller inputs; a busy machine needs more time: WHYGRAD_JOB_SECONDS"),
        )
