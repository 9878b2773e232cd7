"""The system calls that a child may make. None of them takes a path: what is not open already stays out of reach.

torch, once it is warm, needs no other to load, run and differentiate a program. Every call that is not named here is
refused; those with which nobody computes end the process.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from typing import Any

from whygrad.sandbox import kernel

PR_SET_SECCOMP, MODE_FILTER = 22, 2
INSTRUCTION_BYTES = 8
MACHINES = ("x86_64", "aarch64")
UNKNOWN = -1

_OPEN_DESCRIPTORS = """
read readv pread64 preadv write writev pwrite64 lseek close close_range dup dup3 fstat poll ppoll select pselect6
"""
_OWN_MEMORY = "munmap mremap mprotect madvise brk mincore membarrier"  # mprotect: oneDNN writes code and runs it
_OWN_THREADS = """
futex futex_waitv set_robust_list get_robust_list rseq set_tid_address sched_yield sched_getaffinity sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu gettid arch_prctl exit exit_group
rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall
"""
_TIME_AND_SELF = """
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time times getrusage getrlimit
getpid getppid getuid geteuid getgid getegid sysinfo uname getrandom
"""
_DEADLY = """
execve execveat fork vfork kill tkill pidfd_open pidfd_getfd pidfd_send_signal rt_sigqueueinfo rt_tgsigqueueinfo
socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg
ptrace process_vm_readv process_vm_writev process_madvise seccomp bpf perf_event_open userfaultfd
io_uring_setup io_uring_enter io_uring_register memfd_create memfd_secret shmget shmat msgget semget mq_open
mount umount2 move_mount open_tree fsopen pivot_root chroot unshare setns name_to_handle_at open_by_handle_at
setuid setgid setresuid setresgid setreuid setregid capset personality modify_ldt iopl ioperm
keyctl add_key request_key init_module finit_module delete_module kexec_load kexec_file_load reboot
"""

CLONE_THREAD = 0x10000
MAP_SHARED = 1
F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC = 1, 2, 3, 1030
PR_SET_NAME, PR_GET_NAME = 15, 16
TCGETS = 0x5401


class Unavailable(Exception):  # noqa: N818 - named after what is so
    """The filter cannot be made here; the text says what is missing and how to have it."""


def build() -> bytes:
    """The filter as the kernel takes it. Raises Unavailable."""
    if (machine := os.uname().machine) not in MACHINES:  # elsewhere calls have other names, and their arguments places
        raise Unavailable(f"system calls are filtered on x86-64 and 64-bit Arm alone, and this machine is {machine}")
    library = _library()
    made = library.SyscallFilter(library.ERRNO(errno.EPERM))
    deadly = _deadly(library, made)
    for name in _DEADLY.split():
        _add(library, made, deadly, name)
    for name in f"{_OPEN_DESCRIPTORS} {_OWN_MEMORY} {_OWN_THREADS} {_TIME_AND_SELF}".split():
        _add(library, made, library.ALLOW, name)
    for action, name, *conditions in _conditional(library, deadly):
        _add(library, made, action, name, *conditions)
    return _exported(made)


def install(program: bytes) -> bool:
    """Put this thread, and all that it starts, under the filter for ever; False where the kernel has no filters.

    It has to be unable to gain privileges already. Raises OSError.
    """
    handed_over = _Program(program)
    try:
        kernel.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.addressof(handed_over))
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS):
            raise
        return False
    return True


class _Program(ctypes.Structure):
    """A filter as the kernel wants it handed over: how many instructions, and where they lie."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

    def __init__(self, program: bytes) -> None:
        super().__init__(len(program) // INSTRUCTION_BYTES, program)


def _library() -> Any:
    try:
        import pyseccomp  # only here: its import fails where the C library is missing
    except ImportError:
        raise Unavailable("system calls cannot be filtered: pip install pyseccomp") from None
    except RuntimeError:
        how = "apt install libseccomp2, dnf install libseccomp, or apk add libseccomp"
        raise Unavailable(f"system calls cannot be filtered without the library libseccomp: {how}") from None
    return pyseccomp


def _deadly(library: Any, made: Any) -> int:
    """What ends the process, also where a call comes by the numbers of another architecture."""
    try:
        made.set_attr(library.Attr.ACT_BADARCH, library.KILL_PROCESS)
    except OSError:  # some kernels end only the thread, by a signal: the call is not made either
        made.set_attr(library.Attr.ACT_BADARCH, library.TRAP)
        return int(library.TRAP)
    return int(library.KILL_PROCESS)


def _conditional(library: Any, deadly: int) -> Iterator[tuple[Any, ...]]:
    """Calls that are allowed in one sense only."""
    allow, equal, masked = library.ALLOW, library.EQ, library.MASKED_EQ
    yield allow, "clone", library.Arg(0, masked, CLONE_THREAD, CLONE_THREAD)
    yield deadly, "clone", library.Arg(0, masked, CLONE_THREAD, 0)
    yield library.ERRNO(errno.ENOSYS), "clone3"  # its flags cannot be read; the C library then asks for clone
    yield allow, "mmap", library.Arg(3, masked, MAP_SHARED, 0)  # private, so that RLIMIT_DATA counts it
    yield allow, "prlimit64", library.Arg(0, equal, 0), library.Arg(2, equal, 0)  # to read its own
    yield allow, "ioctl", library.Arg(1, equal, TCGETS)  # is it a terminal?
    for command in (F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC):
        yield allow, "fcntl", library.Arg(1, equal, command)
    for option in (PR_SET_NAME, PR_GET_NAME):  # of a thread
        yield allow, "prctl", library.Arg(0, equal, option)


def _add(library: Any, made: Any, action: int, name: str, *conditions: Any) -> None:
    number = library.resolve_syscall(library.Arch.NATIVE, name)
    if number != UNKNOWN:  # it is younger than the C library: refused, like all that is not named
        made.add_rule(action, number, *conditions)


def _exported(made: Any) -> bytes:
    with os.fdopen(os.memfd_create("filter"), "w+b") as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()
