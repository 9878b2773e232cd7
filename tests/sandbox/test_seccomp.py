"""The filter itself, read instruction by instruction as the kernel does: so both architectures are held on either."""

from __future__ import annotations

import ctypes.util
import errno
import os
import posix
import struct
import sys
from collections.abc import Callable, Sequence

import pyseccomp
import pytest

from whygrad.sandbox import seccomp

ARCHITECTURES = {"x86-64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}
ALLOWED, KILLED = pyseccomp.ALLOW, pyseccomp.KILL_PROCESS
REFUSED, ABSENT = (0x50000 | number for number in (errno.EPERM, errno.ENOSYS))
CLONE_THREAD, CLONE_NEWUSER, MAP_PRIVATE, MAP_SHARED = 0x10000, 0x10000000, 2, 1
UNNAMED = """
open openat openat2 creat stat newfstatat statx access faccessat2 readlink readlinkat getcwd chdir mkdir mkdirat
unlinkat renameat2 linkat symlinkat truncate ftruncate getdents64 inotify_init1 mknodat utimensat swapon sethostname
setrlimit sched_setaffinity tgkill setsid setpriority timer_create
"""

Decide = Callable[..., int]


@pytest.fixture(params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> int:
    return ARCHITECTURES[request.param]


@pytest.fixture
def decide(architecture: int, monkeypatch: pytest.MonkeyPatch) -> Decide:
    """What becomes of a call, by its name and its arguments."""
    program = built(architecture, monkeypatch)

    def decide(name: str, *arguments: int) -> int:
        number = pyseccomp.resolve_syscall(architecture, name)
        return run(program, architecture, number, arguments)

    return decide


def built(architecture: int, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The filter as it is made on a machine of that architecture."""
    if architecture != pyseccomp.system_arch():

        class Foreign(pyseccomp.SyscallFilter):  # type: ignore[misc, name-defined]
            def __init__(self, action: int) -> None:
                super().__init__(action)
                self.add_arch(architecture)
                self.remove_arch(pyseccomp.system_arch())

        monkeypatch.setattr(pyseccomp, "SyscallFilter", Foreign)
    return seccomp.build()


def test_a_machine_of_other_calls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = posix.uname_result(("Linux", "here", "6", "1", "riscv64"))
    monkeypatch.setattr(os, "uname", lambda: told)
    with pytest.raises(seccomp.Unavailable, match="x86-64 and 64-bit Arm alone, and this machine is riscv64"):
        seccomp.build()


def run(program: bytes, architecture: int, number: int, arguments: Sequence[int] = ()) -> int:
    """What a filter answers: the five kinds of instruction of classic BPF that libseccomp writes."""
    told = struct.pack("<iIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator, at = 0, 0
    while True:
        code, yes, no, value = struct.unpack_from("<HBBI", program, at * seccomp.INSTRUCTION_BYTES)
        at += 1
        match code:
            case 0x20:  # load a word of what is told
                (accumulator,) = struct.unpack_from("<I", told, value)
            case 0x54:  # and
                accumulator &= value
            case 0x15 | 0x25 | 0x35:  # jump where it is equal, greater, greater or equal
                truth = {0x15: accumulator == value, 0x25: accumulator > value, 0x35: accumulator >= value}[code]
                at += yes if truth else no
            case 0x05:  # jump
                at += value
            case 0x06:  # answer
                return value
            case _:
                raise AssertionError(f"libseccomp wrote an instruction that is not known here: {code:#x}")


@pytest.mark.parametrize("name", ["read", "write", "munmap", "mprotect", "futex", "exit_group", "rt_sigreturn"])
def test_computing_is_allowed(decide: Decide, name: str) -> None:
    assert decide(name) == ALLOWED


@pytest.mark.parametrize("name", UNNAMED.split())
def test_what_is_not_named_is_refused(decide: Decide, architecture: int, name: str) -> None:
    known = pyseccomp.resolve_syscall(architecture, name) >= 0
    assert not known or decide(name) == REFUSED


@pytest.mark.parametrize("name", ["execve", "ptrace", "socket", "kill", "unshare", "bpf", "memfd_create", "setuid"])
def test_what_nobody_computes_with_is_deadly(decide: Decide, name: str) -> None:
    assert decide(name) == KILLED


def test_threads_are_allowed_and_processes_deadly(decide: Decide) -> None:
    assert decide("clone", CLONE_THREAD | 0x3D0F00) == ALLOWED
    assert decide("clone", 17) == KILLED
    assert decide("clone", CLONE_NEWUSER | 17) == KILLED
    assert decide("clone3") == ABSENT


def test_memory_is_private(decide: Decide) -> None:
    assert decide("mmap", 0, 4096, 3, MAP_PRIVATE | 0x20) == ALLOWED
    assert decide("mmap", 0, 4096, 3, MAP_SHARED | 0x20) == REFUSED
    assert decide("mmap", 0, 4096, 3, 3) == REFUSED


def test_bounds_are_read_and_never_set(decide: Decide) -> None:
    assert decide("prlimit64", 0, 7, 0, 4096) == ALLOWED
    assert decide("prlimit64", 0, 7, 4096, 0) == REFUSED
    assert decide("prlimit64", 0, 7, 1 << 32, 0) == REFUSED  # the upper half of an address counts
    assert decide("prlimit64", 1, 7, 0, 4096) == REFUSED


def test_a_process_names_its_threads_and_changes_nothing_else(decide: Decide) -> None:
    assert decide("prctl", 15) == ALLOWED
    assert decide("prctl", 4, 1) == REFUSED  # readable by others again
    assert decide("prctl", 1, 0) == REFUSED  # outliving its parent
    assert decide("ioctl", 0, 0x5412) == REFUSED  # typing into a terminal
    assert decide("fcntl", 0, 8) == REFUSED  # F_SETOWN: whom to signal


def test_the_numbers_of_another_architecture_are_deadly(architecture: int, monkeypatch: pytest.MonkeyPatch) -> None:
    program = built(architecture, monkeypatch)
    assert run(program, pyseccomp.Arch.X86, 4) == KILLED
    if architecture == pyseccomp.Arch.X86_64:
        assert run(program, architecture, 0x40000000 | 1) == KILLED  # the x32 write


def test_what_is_missing_is_told_with_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(seccomp.Unavailable, match="pip install pyseccomp"):
        seccomp.build()


def test_a_missing_library_is_told_with_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pyseccomp")
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None if name == "seccomp" else "libc.so.6")
    with pytest.raises(seccomp.Unavailable, match="apt install libseccomp2"):
        seccomp.build()
