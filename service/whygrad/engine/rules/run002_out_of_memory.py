"""The run needed more memory than it was allowed.

What happened
-------------
An allocation went beyond the memory that there is: on your own device, or, in a diagnosis, what a run may have; that
then names its last operation and pass. Usually the batch or the sequence is too long for the device, or losses are kept
with their history (`total += loss`). Otherwise a tensor grows with every round of a loop, or (N, 1) meets (1, N) for a
large N.

Why it matters
--------------
What the passes before had seen stands; whether a gradient arrives could not be judged.

How to fix it
-------------
On your own device: a smaller batch, accumulated over several steps; lower precision; activations computed again
(torch.utils.checkpoint); `loss.item()` where a loss is only added up. In a diagnosis: compute the size of the operands
of the operation that is named. Send smaller inputs, or send the program without its weights: its structure needs no
numbers.

Not to be confused with
-----------------------
RUN001: the time was up first. RUN003: the process crashed for another reason.

Example
-------
Shapes: 64x64
Loss: mean
Seconds: 30
Memory: 2048

Bad::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(64, 64)

        def forward(self, x):
            h = self.fc(x)
            table = torch.ones(4096, 1024, 1024)
            return h * table[0, 0, 0]

Good::

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(64, 64)

        def forward(self, x):
            h = self.fc(x)
            table = torch.ones(4, 4, 4)
            return h * table[0, 0, 0]
"""

from __future__ import annotations

from collections.abc import Iterator

from whygrad.engine.finding import Finding, Fix, Link
from whygrad.engine.observation import Observation
from whygrad.engine.rule import rule
from whygrad.engine.wording.phrases import during

_GIBIBYTE = 2**30


@rule("RUN002", "out-of-memory", "error")
def out_of_memory(observation: Observation) -> Iterator[Finding]:
    """A run that was ended because it wanted too much memory."""
    ending = observation.ending
    if ending is not None and ending.kind == "out-of-memory":
        allowed = round(ending.memory_bytes / _GIBIBYTE, 2)
        yield Finding(
            title=f"the run needs more than its {allowed:g} GiB of memory{during(ending)}",
            message="It was ended when it asked for more, so no gradient could be judged.",
            chain=(Link(f"ended from outside{during(ending)}"),),
            fix=Fix("make what it allocates there smaller, or send smaller inputs"),
        )
