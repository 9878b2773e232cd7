"""A stranger's program is run in here and nowhere else: one door, `run`.

The parent starts a zygote, a process of its own that has imported torch once; the zygote forks one child for each
task. The child reads the upload from a descriptor, writes JSON to a pipe, and is killed with its whole process group
when its time is over. Nothing that comes out of it is believed before it is checked.
"""

from __future__ import annotations

from whygrad.sandbox.nursery import SandboxError
from whygrad.sandbox.parent import close, run, warm
from whygrad.sandbox.task import Isolation, Limits, Outcome, Task

__all__ = ["Isolation", "Limits", "Outcome", "SandboxError", "Task", "close", "run", "warm"]
