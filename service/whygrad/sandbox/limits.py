"""What a child may not do. `apply` runs in the child before it reads the upload, and cannot be undone."""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
from contextlib import suppress

from whygrad.sandbox.task import Limits

PR_SET_PDEATHSIG = 1
FILE_BYTES = 64 * 1024
DESCRIPTORS = 64
MARGIN_BYTES = 64 * 1024 * 1024

libc = ctypes.CDLL(None, use_errno=True)


def apply(limits: Limits, *, parent: int, threads: int) -> None:
    """Tie this process to `parent`, bound its time and memory, and allow it no file worth the name."""
    die_with_parent(parent)
    size, data = (_status_bytes(name) for name in ("VmSize", "VmData"))
    cpu_seconds = math.ceil(limits.seconds * threads) + 1
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, DESCRIPTORS)
    _lower(resource.RLIMIT_DATA, data + limits.memory_bytes)
    _lower(resource.RLIMIT_AS, size + limits.memory_bytes + MARGIN_BYTES)


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send this process a signal when `parent` ends; leave at once where it has ended already."""
    if libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(by), 0, 0, 0) or os.getppid() != parent:
        os._exit(1)


def keep_only(descriptors: list[int]) -> None:
    """Close every other descriptor; standard input, output and error lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    low = 3
    for kept in sorted(descriptors):
        os.closerange(low, kept)
        low = kept + 1
    os.closerange(low, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    allowed = resource.getrlimit(which)[1]
    wanted = [soft, soft if hard is None else hard]
    bounded = [value if allowed == resource.RLIM_INFINITY else min(value, allowed) for value in wanted]
    with suppress(OSError, ValueError):  # some kernels lack one or the other
        resource.setrlimit(which, (bounded[0], bounded[1]))


def _status_bytes(name: str) -> int:
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
