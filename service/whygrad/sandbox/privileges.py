"""Whose process it is, and what that user may do: as little as the host lets go of."""

from __future__ import annotations

import os

from whygrad.sandbox import kernel

NOBODY = 65534
KILL, SETGID, SETUID = 5, 6, 7
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38


def become_nobody() -> bool:
    """Leave root for good; False, and nothing is changed, for another user and for a root who is not able to.

    A root who may not kill other users' processes stays root: it would lose hold of its child.
    """
    if os.getuid() != 0 or not kernel.capable(KILL, SETGID, SETUID):
        return False
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    return True


def give_up() -> None:
    """Hold no capability, gain none by any program, and let no process of the same user look inside.

    Raises OSError.
    """
    kernel.drop_capabilities()
    kernel.prctl(PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(PR_SET_DUMPABLE, 0)
