"""The zygote: `python -I -m whygrad.sandbox.zygote DESCRIPTOR`, a process that has torch and forks children.

It starts with an empty environment, knows no secret, opens no upload and has one thread, always: a fork copies only
the thread that forks.
"""

from __future__ import annotations

import gc
import io
import json
import os
import socket
import sys

import torch

from whygrad.engine.examine import examine
from whygrad.sandbox import child, limits

MESSAGE_BYTES = 64
INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}


def main(control: socket.socket) -> None:
    """Warm up, say so, then fork one child for each message until the other side hangs up."""
    limits.die_with_parent(os.getppid())
    torch.set_num_threads(1)
    _warm()
    gc.freeze()
    _tell(control, ready=True)
    while ends := _receive(control):
        _one_child(control, ends)


def _warm() -> None:
    """Run the engine over a sound and a broken program, so that no child has to import or build anything first."""
    for width in (3, 4):
        program = torch.nn.Sequential(torch.nn.Linear(4, width), torch.nn.ReLU(), torch.nn.Linear(3, 2))
        archive = io.BytesIO()
        torch.jit.save(torch.jit.script(program), archive)
        examine(archive.getvalue(), {"inputs": [INPUT]}, emit=lambda _document: None)


def _receive(control: socket.socket) -> child.Ends | None:
    message, descriptors, _flags, _address = socket.recv_fds(control, MESSAGE_BYTES, 4)
    return child.Ends(*descriptors) if message else None


def _one_child(control: socket.socket, ends: child.Ends) -> None:
    assert len(os.listdir("/proc/self/task")) == 1, "the zygote must have one thread"
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        child.run(ends, zygote=zygote, set_threads=torch.set_num_threads)
    for descriptor in vars(ends).values():
        os.close(descriptor)
    _tell(control, pid=pid)
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    _tell(control, code=ended.si_code, status=ended.si_status)
    control.recv(MESSAGE_BYTES)  # its number stays taken until the parent has killed what is left of its group
    os.waitpid(pid, 0)


def _tell(control: socket.socket, **message: int) -> None:
    control.send(json.dumps(message).encode())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
