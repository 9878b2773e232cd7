"""The zygote: `python -I -m whygrad.sandbox.zygote DESCRIPTOR [insecure]`, a process that has torch and forks children.

It starts with an empty environment, knows no secret, opens no upload and has one thread, always: a fork copies only
the thread that forks.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys
from dataclasses import asdict
from typing import Any

import torch

from whygrad.sandbox import child, limits, seccomp, selftest, warming

MESSAGE_BYTES = 64
INSECURE = "insecure"


def main(control: socket.socket, *, insecure: bool) -> None:
    """Warm up, try the jail, say so, then fork one child for each message until the other side hangs up."""
    limits.die_with_parent(os.getppid())
    try:
        jail = _jail(insecure)
        torch.set_num_threads(1)
        warming.warm()
        gc.freeze()
        isolation = selftest.try_jail(lambda descriptors: _fork(child.Ends(*descriptors), jail))
    except (seccomp.Unavailable, selftest.Failed) as error:
        _tell(control, refused=str(error))
        return
    _tell(control, ready=asdict(isolation))
    while ends := _receive(control):
        _one_child(control, ends, jail)


def _jail(insecure: bool) -> child.Jail:
    try:
        return child.Jail(seccomp.build(), insecure)
    except seccomp.Unavailable:
        if not insecure:
            raise
    return child.Jail(None, insecure)


def _receive(control: socket.socket) -> child.Ends | None:
    message, descriptors, _flags, _address = socket.recv_fds(control, MESSAGE_BYTES, 4)
    return child.Ends(*descriptors) if message else None


def _one_child(control: socket.socket, ends: child.Ends, jail: child.Jail) -> None:
    pid = _fork(ends, jail)
    for descriptor in vars(ends).values():
        os.close(descriptor)
    _tell(control, pid=pid)
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    _tell(control, code=ended.si_code, status=ended.si_status)
    control.recv(MESSAGE_BYTES)  # its number stays taken until the parent has killed what is left of its group
    os.waitpid(pid, 0)


def _fork(ends: child.Ends, jail: child.Jail) -> int:
    assert len(os.listdir("/proc/self/task")) == 1, "the zygote must have one thread"
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        child.run(ends, jail, zygote=zygote, set_threads=torch.set_num_threads)
    return pid


def _tell(control: socket.socket, **message: Any) -> None:
    control.send(json.dumps(message).encode())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), insecure=INSECURE in sys.argv[2:])
