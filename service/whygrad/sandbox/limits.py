"""How much a child may take: of time, of memory, of files. What is bounded here cannot be raised again."""

from __future__ import annotations

import math
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass

from whygrad.sandbox import kernel
from whygrad.sandbox.task import Limits

PR_SET_PDEATHSIG = 1
FILE_BYTES = 64 * 1024
"""No choice of an operator: no call opens a file, and of what is open already none is to grow."""
DESCRIPTORS = 64
MARGIN_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Held:
    """What a process has of memory already: all its addresses, and its data among them, in bytes."""

    addresses: int
    data: int


def held() -> Held:
    """What this process has now."""
    with open("/proc/self/status") as status:
        told = dict(line.split(":", 1) for line in status)
    return Held(*(int(told[name].split()[0]) * 1024 for name in ("VmSize", "VmData")))


def apply(limits: Limits, held: Held) -> bool:
    """Bound the time and the memory of this process, beyond what it held, and allow it no file worth the name.

    False where the kernel lacks one of the bounds.
    """
    cpu_seconds = math.ceil(limits.cpu_seconds)
    return all(
        [
            _lower(resource.RLIMIT_CORE, 0),
            _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),  # then SIGKILL, which nobody ignores
            _lower(resource.RLIMIT_FSIZE, FILE_BYTES),
            _lower(resource.RLIMIT_NOFILE, DESCRIPTORS),
            _lower(resource.RLIMIT_MEMLOCK, 0),
            _lower(resource.RLIMIT_MSGQUEUE, 0),
            _lower(resource.RLIMIT_DATA, held.data + limits.memory_bytes),
            _lower(resource.RLIMIT_AS, held.addresses + limits.memory_bytes + MARGIN_BYTES),
        ]
    )


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send this process a signal when `parent` ends; leave at once where it has ended already."""
    kernel.prctl(PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:
        os._exit(1)


def keep_only(descriptors: list[int]) -> None:
    """Close every other descriptor; standard input, output and error lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    kept = {0, 1, 2, *descriptors}
    for number in map(int, os.listdir("/proc/self/fd")):  # also those above a limit that was lowered since
        if number not in kept:
            with suppress(OSError):  # the folder itself was open, and is no more
                os.close(number)


def _lower(which: int, soft: int, hard: int | None = None) -> bool:
    allowed = resource.getrlimit(which)[1]
    wanted = [soft, soft if hard is None else hard]
    bounded = [value if allowed == resource.RLIM_INFINITY else min(value, allowed) for value in wanted]
    try:
        resource.setrlimit(which, (bounded[0], bounded[1]))
    except (OSError, ValueError):  # some kernels lack one or the other
        return False
    return True
