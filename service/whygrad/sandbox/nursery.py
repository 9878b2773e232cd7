"""The zygote as the parent sees it: started by exec, asked for children, replaced when it is used up or dead."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from whygrad.sandbox.task import Isolation

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",  # threads that wait in a loop cost a small program as much time again
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # fewer pages to copy and to free: 7 ms less for each child
}
PROGRAM = (sys.executable, "-I", "-m", "whygrad.sandbox.zygote")
START_SECONDS = 60.0
ANSWER_SECONDS = 10.0
LEAVE_SECONDS = 1.0
CHILDREN_PER_ZYGOTE = 500
MESSAGE_BYTES = 4096


class SandboxError(RuntimeError):
    """The sandbox itself does not work; the log of the process that wanted it says why."""


@dataclass(frozen=True)
class Death:
    """How a child ended: its exit status or the signal; neither where the zygote died with it.

    `cpu_seconds` is the time that it had on the processors.
    """

    exit_status: int | None = None
    signal: int | None = None
    cpu_seconds: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        """For the log."""
        if self.signal is not None:
            return f"ended by {signal.Signals(self.signal).name}"
        return "gone with the zygote" if self.exit_status is None else f"exit status {self.exit_status}"


class Zygote:
    """One zygote process and the socket to it. It has one child at a time."""

    def __init__(self, *, insecure: bool) -> None:
        """Starts it; `ready` waits until it can fork. Only an `insecure` one does so without a filter of calls."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*PROGRAM, str(theirs.fileno()), *(["insecure"] if insecure else [])],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # a terminal's Ctrl-C is for the parent alone
            )
        self._isolation: Isolation | None = None
        self._children = 0

    @property
    def lives(self) -> bool:
        """False once it has ended."""
        return self._process.poll() is None

    @property
    def spent(self) -> bool:
        """True once it has had children enough."""
        return self._children >= CHILDREN_PER_ZYGOTE

    @property
    def settled(self) -> bool:
        """True once `ready` need not wait."""
        return self._isolation is not None or bool(select.select([self._control], [], [], 0)[0])

    def ready(self) -> Isolation:
        """Wait until it is warm and has tried its jail; gives what held its first child.

        Raises SandboxError where that does not happen.
        """
        if self._isolation is None:
            told = self._hear(START_SECONDS)
            if "refused" in told:
                self.close()  # it takes a moment to end, and whoever asks it meanwhile hears nothing more
            if "ready" not in told:
                late = f"it was not ready after {START_SECONDS:g} s, as on a machine that is very busy"
                why = told.get("refused", late if self.lives else "look above this line of the log for the reason")
                raise SandboxError(f"the sandbox did not start: {why}")
            self._isolation = Isolation(**told["ready"])
        return self._isolation

    def fork(self, descriptors: list[int]) -> Child | None:
        """A child that holds these descriptors, the fields of `child.Ends` in their order; None from a dead zygote."""
        self._children += 1
        with suppress(OSError):
            socket.send_fds(self._control, [b"fork"], descriptors)
            pid = self._hear(ANSWER_SECONDS).get("pid")
            return None if pid is None else Child(self, pid)
        return None

    def close(self) -> None:
        """End it: it leaves when nobody is there to talk to, or is killed, and its child with it."""
        self._control.close()
        try:
            self._process.wait(LEAVE_SECONDS if self._isolation else 0)  # one that is not yet warm does not listen
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def fileno(self) -> int:
        """Readable once its child has ended, or it has itself."""
        return self._control.fileno()

    def child_ended(self) -> Death:
        """How its child ended. Waits for that."""
        ended = self._hear(ANSWER_SECONDS)
        if not ended:
            self.close()
            return Death()
        exited = ended["code"] == os.CLD_EXITED
        how = {"exit_status" if exited else "signal": ended["status"]}
        return Death(**how, cpu_seconds=ended["cpu_seconds"])

    def reap(self) -> None:
        """Let it forget its dead child."""
        with suppress(OSError):
            self._control.send(b"reap")

    def _hear(self, seconds: float) -> dict[str, Any]:
        """What it says next; empty where it says nothing more."""
        with suppress(OSError):
            if select.select([self._control], [], [], seconds)[0]:
                return dict(json.loads(self._control.recv(MESSAGE_BYTES) or b"{}"))
        return {}


class Child:
    """A running child. Its number belongs to it until `bury`, so a kill never hits a stranger."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        """The child `pid` of a zygote."""
        self._zygote = zygote
        self._pid = pid
        self._death: Death | None = None

    def fileno(self) -> int:
        """Readable once it has ended."""
        return self._zygote.fileno()

    def death(self) -> Death:
        """How it ended. Waits for that."""
        self._death = self._death or self._zygote.child_ended()
        return self._death

    def bury(self) -> None:
        """Kill it and whatever it left in its process group."""
        if self._death != Death():
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError):
                    kill(self._pid, signal.SIGKILL)
        self.death()
        self._zygote.reap()


class Nursery:
    """Keeps one zygote in stock. One that is to be replaced serves until the next is warm, and nobody waits."""

    def __init__(self) -> None:
        """Starts none yet."""
        self._zygote: Zygote | None = None
        self._next: Zygote | None = None
        self._insecure = False

    def warm(self, *, insecure: bool | None = None) -> Isolation:
        """Have a zygote that is ready; what is said of `insecure` holds for all that come. Raises SandboxError."""
        if insecure not in (None, self._insecure):
            self.close()
            self._insecure = not self._insecure
        return self._usable().ready()

    def fork(self, descriptors: list[int]) -> Child:
        """A new child, from a new zygote where the last one has died unseen. Raises SandboxError."""
        for _ in range(2):
            self.warm()
            if child := self._usable().fork(descriptors):
                return child
            self._usable().close()
        raise SandboxError("the sandbox starts, but cannot fork: look above this line of the log for the reason")

    def replace(self) -> None:
        """Have a new zygote take over as soon as it is warm."""
        self._next = self._next or Zygote(insecure=self._insecure)

    def close(self) -> None:
        """End every zygote."""
        for zygote in filter(None, (self._zygote, self._next)):
            zygote.close()
        self._zygote = self._next = None

    def _usable(self) -> Zygote:
        serving = self._zygote if self._zygote and self._zygote.lives else None
        if serving is None or serving.spent:
            self.replace()
        if serving is not None and not self._next_is_warm():
            return serving
        if serving is not None:
            serving.close()
        assert self._next is not None
        self._zygote, self._next = self._next, None
        return self._zygote

    def _next_is_warm(self) -> bool:
        """Whether there is a next one that can fork. After one that ended on its way there another is started."""
        if self._next is None or not self._next.settled:
            return False
        with suppress(SandboxError):
            self._next.ready()
            if self._next.lives:
                return True
        self._next.close()
        self._next = None
        self.replace()
        return False
