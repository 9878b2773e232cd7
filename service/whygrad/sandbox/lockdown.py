"""The jail: what a child puts on before it reads the upload, and cannot take off."""

from __future__ import annotations

import os
from typing import NoReturn

from whygrad.sandbox import landlock, limits, privileges, seccomp
from whygrad.sandbox.task import Isolation, Limits


def lockdown(bounds: Limits, *, keep: list[int], parent: int, calls: bytes | None) -> Isolation:
    """Lock this process, which has one thread, into what computing needs; gives which layers are in force.

    It keeps the descriptors `keep`, dies with `parent`, and makes no system call that `calls`, a filter, does not
    let through. Raises OSError where a layer that is there does not close.
    """
    held = limits.held()
    limits.keep_only(keep)
    nobody = privileges.become_nobody()
    privileges.give_up()
    limits.die_with_parent(parent)  # after the change of user, which would undo it
    bounded = limits.apply(bounds, held)
    walled = landlock.restrict()
    filtered = calls is not None and seccomp.install(calls)
    return Isolation(nobody=nobody, privileges=True, limits=bounded, landlock=walled, seccomp=filtered)


def missing_here() -> str | None:
    """What keeps programs from being confined on this host, in words; None where nothing does. It takes some 20 ms."""
    try:
        calls = seccomp.build()
    except seccomp.Unavailable as error:
        return str(error)
    pid = os.fork()
    if pid == 0:
        _lock_and_leave(calls)
    return "its kernel does not filter system calls" if os.waitpid(pid, 0)[1] else None


def _lock_and_leave(calls: bytes) -> NoReturn:
    status = 1
    try:
        privileges.give_up()
        status = 0 if seccomp.install(calls) else 1
    finally:
        os._exit(status)
