"""The parent's side: it hands a task to a child, reads what that sends, keeps the deadline, and tells the ending."""

from __future__ import annotations

import json
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from whygrad.sandbox import page, wire
from whygrad.sandbox.nursery import Child, Death, Nursery, SandboxError
from whygrad.sandbox.task import Ending, Isolation, Limits, Outcome, Task

PULSE_SECONDS = 0.1
READ_BYTES = 65536

OnDocument = Callable[[dict[str, Any], Isolation | None], None]

_nursery = Nursery()
_one_at_a_time = threading.Lock()


def _ignore(_document: dict[str, Any], _isolation: Isolation | None) -> None:
    """Nobody wants to see documents before the end."""


def _keep_on() -> None:
    """Nobody wants to stop it."""


def run(
    task: Task,
    *,
    limits: Limits,
    on_document: OnDocument = _ignore,
    pulse: Callable[[], None] = _keep_on,
) -> Outcome:
    """Run one task in a child of its own; it has ended, and all it started, when this returns or raises.

    `on_document` gets each document as it comes, with what holds the child; `pulse` is called every 0.1 s. What
    either raises ends the child and is passed on. Raises SandboxError where the sandbox itself does not work.
    """
    with _one_at_a_time, ExitStack() as opened:
        try:
            upload = _opened(opened, os.open(task.upload, os.O_RDONLY))
        except OSError as error:
            return Outcome("failed", None, None, None, f"the upload cannot be read: {error}", 0.0)
        progress = _opened(opened, page.make())
        order = _opened(opened, _order(task, limits))
        documents, writer = os.pipe()  # the last to be opened: nothing fails between this and the fork, which closes it
        _opened(opened, documents)
        child = _fork([order, upload, writer, progress], writer)
        watch = _Watch(child, documents, wire.Inbox(limits.document_bytes), on_document, pulse, limits.cpu_seconds)
        return _outcome(watch, progress, limits)


def warm(*, insecure: bool = False) -> Isolation:
    """Start the zygote, so that the first task need not wait for it; gives what holds its children.

    An `insecure` sandbox works also where system calls cannot be filtered. Raises SandboxError.
    """
    with _one_at_a_time:
        return _nursery.warm(insecure=insecure)


def close() -> None:
    """End the zygote."""
    with _one_at_a_time:
        _nursery.close()


@dataclass
class _Watch:
    """Over one child, until it ends."""

    child: Child
    documents: int
    inbox: wire.Inbox
    on_document: OnDocument
    pulse: Callable[[], None]
    cpu_seconds: float
    detail: str = ""
    open_ends: list[int] = field(default_factory=list)

    def until_it_ends(self, seconds: float) -> Ending:
        """How it ended, where it ended by itself within `seconds`, else `timed-out` (and it still runs)."""
        deadline = time.monotonic() + seconds
        self.open_ends = [self.documents, self.child.fileno()]
        while True:
            self.pulse()
            left = deadline - time.monotonic()
            ready = select.select(self.open_ends, [], [], max(0, min(left, PULSE_SECONDS)))[0]
            if self.documents in ready:
                self._read()
            if self.child.fileno() in ready:
                return self._ended(self.child.death())
            if left <= 0:  # and only now: what came while this process was busy counts
                self._read_the_rest()
                return "timed-out"

    def _ended(self, death: Death) -> Ending:
        self._read_the_rest()
        self.detail = self.inbox.detail or str(death)
        if death == Death(exit_status=wire.UNJAILED) and self.inbox.isolation is None:  # it had not seen the upload yet
            raise SandboxError(f"a process could not be locked in: {self.detail}")
        if death.signal == signal.SIGKILL and death.cpu_seconds >= self.cpu_seconds:
            return "timed-out"  # it had ignored SIGXCPU, and its last second was over too
        return _ending(death, has_document=self.inbox.document is not None)

    def _read_the_rest(self) -> None:
        # Not until the pipe ends: a process that the child left behind may hold it open.
        while select.select([self.documents], [], [], 0)[0] and self._read():
            pass

    def _read(self) -> bool:
        data = os.read(self.documents, READ_BYTES)
        for document in self.inbox.feed(data):
            self.on_document(document, self.inbox.isolation)
        if not data:
            self.open_ends = [end for end in self.open_ends if end != self.documents]
        return bool(data)


def _outcome(watch: _Watch, progress: int, limits: Limits) -> Outcome:
    started = time.monotonic()
    try:
        ending = watch.until_it_ends(limits.seconds)
    except wire.Flood as flood:
        ending, watch.detail = "garbled", str(flood)
    finally:
        watch.child.bury()
    if ending in ("crashed", "garbled", "forbidden"):
        _nursery.replace()
    seconds, inbox = time.monotonic() - started, watch.inbox
    held = inbox.isolation
    return Outcome(ending, inbox.document, *page.read(progress), watch.detail, seconds, held, inbox.graph)


def _ending(death: Death, *, has_document: bool) -> Ending:
    match death:
        case Death(exit_status=0) if has_document:
            return "finished"
        case Death(exit_status=wire.FAILED):
            return "failed"
        case Death(signal=signal.SIGXCPU):
            return "timed-out"
        case Death(signal=signal.SIGSYS):
            return "forbidden"
        case Death(exit_status=wire.OUT_OF_MEMORY) | Death(signal=signal.SIGKILL):  # a kill of nobody: the kernel's
            return "out-of-memory"
        case Death(exit_status=int()):
            return "garbled"
    return "crashed"


def _fork(descriptors: list[int], writer: int) -> Child:
    try:
        return _nursery.fork(descriptors)
    finally:
        os.close(writer)


def _order(task: Task, limits: Limits) -> int:
    order = os.memfd_create("task")
    with open(order, "w", closefd=False) as file:
        told = {"kind": task.kind, "request": task.request, "draw": task.draw, "limits": asdict(limits)}
        json.dump(told, file)
    return order


def _opened(opened: ExitStack, descriptor: int) -> int:
    opened.callback(os.close, descriptor)
    return descriptor
