"""Other processes: starting, ending, reading and changing them, and being somebody else."""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from tests.sandbox.attacks.aim import Aim, call

CLONE_VM, CLONE_VFORK, CLONE_PARENT = 0x100, 0x4000, 0x8000
PTRACE_SEIZE = 0x4206
AT_FDCWD = -100
SHELL = "/bin/sh"


class _Span(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Clone(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in ("flags", "pidfd", "child", "parent", "signal", "stack", "size", "tls", "tid", "tids", "cgroup")
    )


def fork(_aim: Aim) -> object:
    return _parted(os.fork)


def clone(_aim: Aim) -> object:
    return _parted(lambda: call("clone", signal.SIGCHLD, 0, 0, 0, 0))


def clone_as_a_sibling(_aim: Aim) -> object:
    return _parted(lambda: call("clone", CLONE_PARENT | signal.SIGCHLD, 0, 0, 0, 0))


def clone_and_wait(_aim: Aim) -> object:
    return _parted(lambda: call("clone", CLONE_VFORK | signal.SIGCHLD, 0, 0, 0, 0))


def clone_by_the_new_call(_aim: Aim) -> object:
    wanted = _Clone(signal=signal.SIGCHLD)
    return _parted(lambda: call("clone3", wanted, ctypes.sizeof(wanted)))


def spawn(aim: Aim) -> object:
    return os.posix_spawn(SHELL, _leaving(aim), {})


def execute(aim: Aim) -> object:
    os.execve(SHELL, _leaving(aim), {})


def execute_by_a_descriptor(aim: Aim) -> object:
    arguments = (ctypes.c_char_p * 4)(*(word.encode() for word in _leaving(aim)), None)
    address = ctypes.addressof(arguments)
    return call("execveat", AT_FDCWD, SHELL.encode(), address, 0, 0)


def kill_another(aim: Aim) -> object:
    os.kill(aim.victim, signal.SIGKILL)
    return True


def kill_a_thread_of_another(aim: Aim) -> object:
    return call("tgkill", aim.victim, aim.victim, signal.SIGKILL) == 0


def kill_by_its_thread_alone(aim: Aim) -> object:
    return call("tkill", aim.victim, signal.SIGKILL) == 0


def kill_by_a_descriptor(aim: Aim) -> object:
    signal.pidfd_send_signal(os.pidfd_open(aim.victim), signal.SIGKILL)
    return True


def have_the_kernel_signal_another(aim: Aim) -> object:
    """Whoever owns a descriptor is sent the signal that its owner chose, each time that something is there to read."""
    fcntl.fcntl(0, fcntl.F_SETOWN, aim.victim)
    fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)
    return fcntl.fcntl(0, fcntl.F_GETOWN) == aim.victim


def queue_a_signal(aim: Aim) -> object:
    information = ctypes.create_string_buffer(128)
    ctypes.memmove(information, b"".join(n.to_bytes(4, "little", signed=True) for n in (signal.SIGTERM, 0, -1)), 12)
    return call("rt_sigqueueinfo", aim.victim, signal.SIGTERM, information) == 0


def reach_the_zygote(_aim: Aim) -> object:
    os.kill(os.getppid(), 0)
    return True


def reach_everybody(_aim: Aim) -> object:
    os.kill(-1, 0)
    return True


def trace(aim: Aim) -> object:
    return call("ptrace", PTRACE_SEIZE, aim.victim, 0, 0) == 0


def read_memory(aim: Aim) -> object:
    kept = ctypes.create_string_buffer(len(aim.text))
    here, there = _Span(ctypes.addressof(kept), len(aim.text)), _Span(aim.address, len(aim.text))
    call("process_vm_readv", aim.victim, ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0)
    return kept.value.decode()


def write_memory(aim: Aim) -> object:
    kept = ctypes.create_string_buffer(b"left")
    here, there = _Span(ctypes.addressof(kept), 4), _Span(aim.address, 4)
    return call("process_vm_writev", aim.victim, ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0)


def take_a_descriptor(aim: Aim) -> object:
    return call("pidfd_getfd", os.pidfd_open(aim.victim), 0, 0) >= 0


def ask_for_the_limits_of_another(_aim: Aim) -> object:
    return resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)


def change_the_limits_of_another(_aim: Aim) -> object:
    resource.prlimit(os.getppid(), resource.RLIMIT_CORE, (0, 0))
    return True


def raise_its_own_limits(_aim: Aim) -> object:
    for which in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        resource.prlimit(0, which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return True


def move_another_to_one_core(aim: Aim) -> object:
    os.sched_setaffinity(aim.victim, {min(os.sched_getaffinity(0))})
    return True


def go_first(_aim: Aim) -> object:
    os.setpriority(os.PRIO_PROCESS, 0, -5)
    return True


def outlive_the_zygote(_aim: Aim) -> object:
    pr_set_pdeathsig = 1
    return call("prctl", pr_set_pdeathsig, 0, 0, 0, 0) == 0


def be_root(_aim: Aim) -> object:
    os.setresuid(0, 0, 0)
    return os.geteuid() == 0


def be_root_by_groups(_aim: Aim) -> object:
    os.setgroups([0])
    return True


def hold_capabilities(_aim: Aim) -> object:
    kill_and_change_users = (0b11100000).to_bytes(4, "little")
    whose = (0x20080522).to_bytes(4, "little") + bytes(4)
    return call("capset", whose, kill_and_change_users * 2 + bytes(16)) == 0


def let_others_look_inside(_aim: Aim) -> object:
    pr_set_dumpable = 4
    return call("prctl", pr_set_dumpable, 1, 0, 0, 0) == 0


def be_ended_by_a_timer(_aim: Aim) -> object:
    signal.setitimer(signal.ITIMER_REAL, 1000)
    return True


def _parted(part: Callable[[], int]) -> object:
    """Whether there are two of it, of which the second leaves at once."""
    child = part()
    if child == 0:
        os._exit(0)
    return child


def _leaving(aim: Aim) -> list[str]:
    return [SHELL, "-c", f"echo left > {Path(aim.folder, 'left')}"]
