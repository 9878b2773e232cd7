"""The zygote: `python -I -m whygrad.sandbox.zygote DESCRIPTOR [insecure]`, a process that has torch and forks children.

It has nothing of its parent's environment, knows no secret, opens no upload and has one thread, always: a fork copies
only the thread that forks. One child is always there before it is wanted; none is made while a program runs.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch

from whygrad.sandbox import child, hugepages, limits, seccomp, selftest, warming

MESSAGE_BYTES = 64
INSECURE = "insecure"

COLLECTED_AFTER = (50_000, 20, 100)
"""The thresholds of the garbage collector in children, which live for one task: it would look through all they saw."""


def main(control: socket.socket, *, insecure: bool) -> None:
    """Warm up, try the jail, say so, then fork one child for each message until the other side hangs up."""
    limits.die_with_parent(os.getppid())
    try:
        jail = _jail(insecure)
        torch.set_num_threads(1)
        warming.warm()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        hugepages.gather()
        isolation = selftest.try_jail(_Understudy.born(jail).start)
    except (seccomp.Unavailable, selftest.Failed) as error:
        _tell(control, refused=str(error))
        return
    _tell(control, ready=asdict(isolation))
    _serve(control, jail)


def _jail(insecure: bool) -> child.Jail:
    try:
        return child.Jail(seccomp.build(), insecure)
    except seccomp.Unavailable:
        if not insecure:
            raise
    return child.Jail(None, insecure)


@dataclass(frozen=True)
class _Understudy:
    """A child that waits for its task at the other end of `stage`."""

    pid: int
    stage: socket.socket

    @classmethod
    def born(cls, jail: child.Jail) -> _Understudy:
        """A new one."""
        assert child.alone(), "the zygote must have one thread"
        stage, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        zygote, pid = os.getpid(), os.fork()
        if pid == 0:
            stage.close()
            child.run(theirs, jail, zygote=zygote, set_threads=torch.set_num_threads)
        theirs.close()
        return cls(pid, stage)

    def start(self, descriptors: list[int]) -> int:
        """Give it its task; its number. Raises OSError where it has died."""
        with self.stage:
            child.call(self.stage, descriptors)
        return self.pid


def _serve(control: socket.socket, jail: child.Jail) -> None:
    """Have one child at a time do what comes."""
    waiting = _Understudy.born(jail)
    while descriptors := _receive(control):
        pid = _started(waiting, descriptors, jail)
        for descriptor in descriptors:
            os.close(descriptor)
        _tell(control, pid=pid)
        _outlive(control, pid)
        waiting = _Understudy.born(jail)


def _receive(control: socket.socket) -> list[int]:
    """The descriptors of a task; none where nobody is there to send any."""
    return list(socket.recv_fds(control, MESSAGE_BYTES, len(fields(child.Ends)))[1])


def _started(waiting: _Understudy, descriptors: list[int], jail: child.Jail) -> int:
    """The child that has the task: the one that waits, or a new one where something has killed that."""
    with suppress(OSError):
        return waiting.start(descriptors)
    os.waitpid(waiting.pid, 0)
    return _Understudy.born(jail).start(descriptors)


def _outlive(control: socket.socket, pid: int) -> None:
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    _tell(control, code=ended.si_code, status=ended.si_status, cpu_seconds=_cpu_seconds(pid))
    control.recv(MESSAGE_BYTES)  # its number stays taken until the parent has killed what is left of its group
    os.waitpid(pid, 0)


def _cpu_seconds(pid: int) -> float:
    """The time that a dead child, not forgotten yet, had on the processors."""
    with open(f"/proc/{pid}/stat") as status:
        user, system = status.read().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _tell(control: socket.socket, **message: Any) -> None:
    control.send(json.dumps(message).encode())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), insecure=INSECURE in sys.argv[2:])
