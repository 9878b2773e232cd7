"""The child: it rehearses until it is called, then runs one task by the engine inside the jail, and is gone."""

from __future__ import annotations

import json
import os
import select
import socket
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, NoReturn

from whygrad.engine import describe, examine, locate
from whygrad.engine.document import shortened
from whygrad.engine.memory import is_out_of_memory
from whygrad.sandbox import limits, warming, wire
from whygrad.sandbox.lockdown import lockdown
from whygrad.sandbox.page import Progress
from whygrad.sandbox.task import Isolation, Limits

MOST_THREADS = 8  # each takes address space for its stack and its heap, out of the budget of the program
READ_BYTES = 2**30  # a single call gives no more than about twice that
CALL = b"task"


@dataclass(frozen=True)
class Ends:
    """The descriptors that a child is given: its task (JSON), the upload, the pipe for documents, the progress page."""

    task: int
    upload: int
    documents: int
    page: int


@dataclass(frozen=True)
class Jail:
    """What every child of a zygote is locked into: the filter of system calls, where there is one.

    Without a filter a child does nothing, unless it is `insecure` by order of whoever runs the service.
    """

    calls: bytes | None
    insecure: bool


def call(stage: socket.socket, descriptors: list[int]) -> None:
    """Give the child that listens at the other end of `stage` its task: the fields of `Ends`, in their order.

    Raises OSError where it has died.
    """
    socket.send_fds(stage, [CALL], descriptors)


def run(stage: socket.socket, jail: Jail, *, zygote: int, set_threads: Callable[[int], None]) -> NoReturn:
    """Do the one task that comes by `stage`; the exit status says how it went."""
    status = wire.UNJAILED
    try:
        os.setsid()
        limits.die_with_parent(zygote)
        ends = _called(stage)
        task = json.loads(_content(ends.task))
        progress = Progress(ends.page)
        assert alone(), "only the thread that locks itself in is locked in"
        set_threads(min(len(os.sched_getaffinity(0)), MOST_THREADS))
        if isolation := _locked_in(Limits(**task["limits"]), ends, jail, zygote):
            _send(ends, "isolation", asdict(isolation))
            status = wire.FAILED
            status = _work(task, ends, progress)
    finally:
        os._exit(status)


def alone() -> bool:
    """Whether this process has one thread."""
    return len(os.listdir("/proc/self/task")) == 1


def _called(stage: socket.socket) -> Ends:
    """The task, once there is one; leaves where nobody is there to send any."""
    warming.rehearse(lambda: bool(select.select([stage], [], [], 0)[0]))
    message, descriptors, _flags, _address = socket.recv_fds(stage, len(CALL), len(fields(Ends)))
    if not message:
        os._exit(0)
    return Ends(*descriptors)


def _locked_in(bounds: Limits, ends: Ends, jail: Jail, zygote: int) -> Isolation | None:
    """What it is locked into; None where that is not enough."""
    try:
        keep = [ends.upload, ends.documents]
        isolation = lockdown(bounds, keep=keep, parent=zygote, calls=jail.calls)
    except OSError as error:
        _send(ends, "detail", f"the jail does not close: {error}")
        return None
    return isolation if isolation.seccomp or jail.insecure else None


def _work(task: dict[str, Any], ends: Ends, progress: Progress) -> int:
    try:
        upload = _content(ends.upload)
        os.close(ends.upload)
        _engine(task, upload, ends, progress)
    except BaseException as error:
        if is_out_of_memory(error):
            return wire.OUT_OF_MEMORY
        _send(ends, "detail", "".join(traceback.format_exception(error))[-wire.MAX_DETAIL :])
        return wire.FAILED
    return wire.FINISHED


def _engine(task: dict[str, Any], upload: bytes, ends: Ends, progress: Progress) -> None:
    most = task["limits"]["document_bytes"]

    def emit(document: dict[str, Any]) -> None:
        for told in shortened(document):
            line = wire.line("document", told)
            if len(line) <= most:
                break
        _write(ends, line)  # one that is too long nevertheless ends the run: an earlier one is not to pass for the last

    def draw(graph: dict[str, Any]) -> None:
        line = wire.line("graph", graph)
        if len(line) <= most:  # else there is none: the diagnosis stands without it
            _write(ends, line)

    request = task["request"]
    match task["kind"]:
        case "examine":
            examine.examine(upload, request, emit=emit, draw=draw if task["draw"] else None, progress=progress)
        case "describe":
            _send(ends, "document", describe.describe(upload))
        case "locate":
            _send(ends, "document", locate.locate(upload, request, request["node"]))


def _send(ends: Ends, kind: wire.Kind, value: Any) -> None:
    _write(ends, wire.line(kind, value))


def _write(ends: Ends, line: bytes) -> None:
    data = memoryview(line)
    while data:
        data = data[os.write(ends.documents, data) :]


def _content(descriptor: int) -> bytes:
    """All of an open file. `open` would ask for its status, and that call takes a path."""
    size, pieces, at = os.lseek(descriptor, 0, os.SEEK_END), [], 0
    while piece := os.pread(descriptor, min(size - at, READ_BYTES), at):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)
