"""A stranger's program is run in here and nowhere else: one door, `run`.

The parent starts the zygote by exec, with nothing of its own environment; it warms up on the programs of `reference`,
through every pass and every way to refuse, so that no child is the first to import or open anything; it tries its jail
on one of them, and only then says that it is ready. One child is always forked ahead. It rehearses, with a program of
ours, until it is called: what it touches of the memory that it shares with the zygote has to be copied for it, which
costs a small program as much as the engine does. Then it has one task, and puts on the jail of `lockdown` before it
reads a byte of the upload: descriptors closed, nobody instead of root, no capability, bounds (`limits`), Landlock
without a rule (`landlock`), and an allow-list of calls without one that takes a path (`seccomp`). It tells which layers
hold, and is not believed on that later. What it sends is bounded JSON (`wire`); a deadline, a crash and a forbidden
call end in RUN001 to RUN004. The zygote is replaced after a crash, a forbidden call, or 500 children; until the next is
warm it goes on, so that nobody waits for it.

Nothing that comes out of a child is believed before it is checked.
"""

from __future__ import annotations

from whygrad.sandbox.nursery import SandboxError
from whygrad.sandbox.parent import close, run, warm
from whygrad.sandbox.task import Isolation, Limits, Outcome, Task

__all__ = ["Isolation", "Limits", "Outcome", "SandboxError", "Task", "close", "run", "warm"]
