"""What code that has taken over a child can do: each attempt is made for real, behind the real locks."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whygrad.sandbox import kernel, landlock, limits, lockdown, privileges, seccomp
from whygrad.sandbox.task import Isolation, Limits

LIMITS = Limits(seconds=5, memory_bytes=2**28)
LIBC = ctypes.CDLL(None, use_errno=True)
ABLE = os.getuid() == 0 and kernel.capable(privileges.KILL, privileges.SETGID, privileges.SETUID)
CALLS = seccomp.build()

Attempt = Callable[[], object]


def inside(attempt: Attempt, *, keep: tuple[int, ...] = (), calls: bytes | None = CALLS) -> str:
    """What comes of an attempt inside the jail: its result, its error, or the signal that ended it."""
    reader, writer = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            lockdown.lockdown(LIMITS, keep=[writer, *keep], parent=parent, calls=calls)
            os.write(writer, tried(attempt).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        told = file.read().decode()
    _, status = os.waitpid(pid, 0)
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else told


def tried(attempt: Attempt) -> str:
    try:
        return repr(attempt())
    except (OSError, MemoryError, ValueError) as error:
        return type(error).__name__


def called(name: str, *arguments: object) -> Attempt:
    """A call of the C library, as native code makes it: its result, or the error as a number."""

    def call() -> int:
        result = getattr(LIBC, name)(*arguments)
        return -ctypes.get_errno() if result == -1 else int(result)

    return call


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        lambda: os.open("/proc/self/environ", os.O_RDONLY),
        lambda: os.open("/dev/shm/left", os.O_WRONLY | os.O_CREAT),
        lambda: os.stat("/"),
        lambda: os.listdir("/"),
        lambda: os.mkdir("/dev/shm/left"),
        lambda: os.unlink("/etc/passwd"),
        lambda: os.readlink("/proc/self/exe"),
        lambda: os.chdir("/"),
        lambda: os.truncate("/etc/passwd", 0),
        lambda: os.nice(-5),
        lambda: os.setsid(),
        lambda: os.sched_setaffinity(0, {0}),
        lambda: resource.prlimit(1, resource.RLIMIT_NOFILE),
        lambda: mmap.mmap(-1, mmap.PAGESIZE),
    ],
)
def test_what_reaches_beyond_the_process_is_refused(attempt: Attempt) -> None:
    assert inside(attempt) == "PermissionError"


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize(
    "attempt",
    [
        lambda: os.open("/etc/passwd", os.O_RDONLY),
        lambda: os.open("/dev/shm/left", os.O_WRONLY | os.O_CREAT),
        lambda: os.listdir("/"),
        lambda: os.mkdir("/dev/shm/left"),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.kill(os.getppid(), 0),
    ],
)
def test_landlock_is_a_lock_of_its_own(attempt: Attempt) -> None:
    assert inside(attempt, calls=None) == "PermissionError"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: os.fork(),
        lambda: os.execv("/bin/true", ["true"]),
        lambda: socket.socket(),
        lambda: socket.socketpair(),
        lambda: os.kill(os.getppid(), signal.SIGKILL),
        lambda: os.memfd_create("a"),
        lambda: os.pidfd_open(os.getppid()),
        lambda: os.setuid(0),
        called("ptrace", 16, os.getpid(), 0, 0),
        called("unshare", 0x10000000),
        called("chroot", b"/"),
        called("personality", 0x0400000),
    ],
)
def test_what_nobody_computes_with_ends_the_process(attempt: Attempt) -> None:
    assert inside(attempt) == "SIGSYS"


def test_computing_is_allowed() -> None:
    def compute() -> list[int]:
        found: list[int] = []
        threads = [threading.Thread(target=lambda n=n: found.append(n * n)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(found)

    assert inside(compute) == "[0, 1, 4]"


@pytest.mark.parametrize(
    ("attempt", "what_came"),
    [
        (lambda: len(bytearray(2**29)), "MemoryError"),
        (lambda: resource.getrlimit(resource.RLIMIT_CORE), "(0, 0)"),
        (lambda: resource.getrlimit(resource.RLIMIT_FSIZE), f"({limits.FILE_BYTES}, {limits.FILE_BYTES})"),
        (lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)), "ValueError"),
        (lambda: os.write(1, b"lost"), "4"),
        (lambda: os.read(0, 1), "b''"),
    ],
)
def test_bounds_hold(attempt: Attempt, what_came: str) -> None:
    assert inside(attempt) == what_came


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[int]:
    file = tmp_path / "secret"
    file.write_text("hunter2")
    descriptor = os.open(file, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_a_descriptor_is_kept_only_where_it_is_asked_for(secret: int) -> None:
    assert inside(lambda: os.pread(secret, 7, 0), keep=(secret,)) == "b'hunter2'"
    assert inside(lambda: os.pread(secret, 7, 0)) == "OSError"


def test_a_descriptor_above_the_limit_of_its_time_is_closed_too(secret: int) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    high = fcntl.fcntl(secret, fcntl.F_DUPFD, before[0] - 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (high - 1, before[1]))
    try:
        assert inside(lambda: os.pread(high, 7, 0), keep=(high,)) == "b'hunter2'"
        assert inside(lambda: os.pread(high, 7, 0)) == "OSError"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        os.close(high)


@pytest.mark.skipif(not ABLE, reason="only root can become somebody else")
def test_root_becomes_nobody() -> None:
    nobody = privileges.NOBODY
    assert inside(lambda: (os.getuid(), os.geteuid(), os.getgid(), os.getegid())) == repr((nobody,) * 4)


def test_it_tells_which_layers_are_in_force() -> None:
    with_filter, without = told_of(CALLS), told_of(None)
    assert with_filter == Isolation(ABLE, True, True, bool(landlock.version()), True)
    assert without == Isolation(ABLE, True, True, bool(landlock.version()), False)


def told_of(calls: bytes | None) -> Isolation:
    reader, writer = os.pipe()
    parent, pid = os.getpid(), os.fork()
    if pid == 0:
        try:
            isolation = lockdown.lockdown(LIMITS, keep=[writer], parent=parent, calls=calls)
            os.write(writer, repr(tuple(vars(isolation).values())).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as file:
        words = file.read().strip("()").split(", ")
    os.waitpid(pid, 0)
    return Isolation(*(word == "True" for word in words))


def test_this_host_can_confine_programs() -> None:
    assert lockdown.missing_here() is None
