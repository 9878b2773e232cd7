"""Landlock with no rule at all: a process that is under it reaches no file, no TCP port, and nobody outside of it."""

from __future__ import annotations

import ctypes
import os

from whygrad.sandbox import kernel

CREATE, RESTRICT = 444, 446  # the same numbers on every architecture
ASK_VERSION = 1
FIRST_RIGHTS = 13  # of files and folders, in the first version
RIGHTS_SINCE = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # linking across folders, truncating, device calls
NETWORK_SINCE, SCOPE_SINCE = 4, 6
BOTH = 0b11


class _Handled(ctypes.Structure):
    """What is forbidden where no rule allows it; later kernels know more of it."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def version() -> int:
    """Which Landlock the kernel has; 0 where it has none, or has it switched off."""
    try:
        return kernel.syscall(CREATE, None, 0, ASK_VERSION)
    except OSError:
        return 0


def restrict() -> bool:
    """Put this thread, and all that it starts, under it for ever; False where the kernel cannot.

    It has to be unable to gain privileges already.
    """
    known = version()
    if not known:
        return False
    ruleset = kernel.syscall(CREATE, _everything(known), _size(known), 0)
    try:
        kernel.syscall(RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _everything(known: int) -> _Handled:
    files = (1 << FIRST_RIGHTS) - 1
    for since, right in RIGHTS_SINCE.items():
        files |= right if known >= since else 0
    return _Handled(files, BOTH if known >= NETWORK_SINCE else 0, BOTH if known >= SCOPE_SINCE else 0)


def _size(known: int) -> int:
    """Only the fields that this version has: it refuses others."""
    fields = 1 + (known >= NETWORK_SINCE) + (known >= SCOPE_SINCE)
    return fields * ctypes.sizeof(ctypes.c_uint64)
