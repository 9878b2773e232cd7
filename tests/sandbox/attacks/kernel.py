"""Doors of the kernel that computing has no use for: each has let somebody out of a sandbox once."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
from pathlib import Path

from tests.sandbox.attacks.aim import Aim, call, text_of

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
MAP_32BIT = 0x40
X32 = 0x40000000
IPC_CREAT, IPC_RMID = 0o1000, 0
ADDRESSES_NOT_SHUFFLED = 0x0040000


def make_a_ring(_aim: Aim) -> object:
    return call("io_uring_setup", 1, ctypes.create_string_buffer(120))


def load_a_filter_of_packets(_aim: Aim) -> object:
    map_create, array = 0, b"".join(n.to_bytes(4, "little") for n in (2, 4, 4, 1))
    return call("bpf", map_create, array.ljust(72, b"\0"), 72)


def measure_the_processor(_aim: Aim) -> object:
    software, size = 1, 128
    wanted = b"".join(n.to_bytes(4, "little") for n in (software, size)).ljust(size, b"\0")
    return call("perf_event_open", wanted, 0, -1, -1, 0)


def handle_page_faults(_aim: Aim) -> object:
    user_mode_only = 1
    return call("userfaultfd", user_mode_only)


def be_root_of_its_own(_aim: Aim) -> object:
    return call("unshare", CLONE_NEWUSER) == 0


def have_a_network_of_its_own(_aim: Aim) -> object:
    return call("unshare", CLONE_NEWNET) == 0


def mount(aim: Aim) -> object:
    call("unshare", CLONE_NEWNS)
    call("mount", b"none", b"/", 0, MS_REC | MS_PRIVATE, 0)
    return call("mount", b"tmpfs", aim.folder.encode(), b"tmpfs", 0, 0) == 0


def mount_by_the_new_calls(_aim: Aim) -> object:
    return call("fsopen", b"tmpfs", 0)


def enter_a_namespace(aim: Aim) -> object:
    return call("setns", call("pidfd_open", aim.victim, 0), CLONE_NEWNS) == 0


def change_its_root(aim: Aim) -> object:
    os.chroot(aim.folder)
    return True


def keep_a_key(_aim: Aim) -> object:
    session = -3
    return call("add_key", b"user", b"left", b"left", 4, session)


def read_a_keyring(_aim: Aim) -> object:
    get_keyring_id, session = 0, -3
    return call("keyctl", get_keyring_id, session, 1)


def be_of_another_kind(_aim: Aim) -> object:
    call("personality", ADDRESSES_NOT_SHUFFLED)
    return True


def filter_its_own_calls(_aim: Aim) -> object:
    """A later filter could not allow more, but could make a call of the engine lie about what happened."""
    get_action_available, allow = 2, (0x7FFF0000).to_bytes(4, "little")
    return call("seccomp", get_action_available, 0, allow) == 0


def wall_itself_in_anew(_aim: Aim) -> object:
    ask_version = 1
    return call("landlock_create_ruleset", 0, 0, ask_version)


def share_memory_by_number(_aim: Aim) -> object:
    number = call("shmget", 0, mmap.PAGESIZE, IPC_CREAT | 0o600)
    call("shmctl", number, IPC_RMID, 0)
    return True


def queue_messages(_aim: Aim) -> object:
    number = call("msgget", 0, IPC_CREAT | 0o600)
    call("msgctl", number, IPC_RMID, 0)
    return True


def count_together(_aim: Aim) -> object:
    number = call("semget", 0, 1, IPC_CREAT | 0o600)
    call("semctl", number, 0, IPC_RMID, 0)
    return True


def queue_messages_by_name(aim: Aim) -> object:
    name = f"left-{aim.victim}".encode()
    number = call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, 0)
    call("mq_unlink", name)
    return number


def have_segments_of_its_own(_aim: Aim) -> object:
    read, told = 0, ctypes.create_string_buffer(16)
    return call("modify_ldt", read, told, 16) >= 0


def reach_ports_of_devices(_aim: Aim) -> object:
    return call("ioperm", 0x80, 1, 1) == 0


def read_the_log_of_the_kernel(_aim: Aim) -> object:
    size_of_the_buffer = 10
    return call("syslog", size_of_the_buffer, 0, 0)


def name_the_host(_aim: Aim) -> object:
    name = os.uname().nodename.encode()
    return call("sethostname", name, len(name)) == 0


def count_its_memory_by_another_name(_aim: Aim) -> object:
    """A handle on events, of which a child has no use and could make without end."""
    return call("eventfd2", 0, 0)


def read_by_32_bit_calls(aim: Aim) -> object:
    """`open` by the old gate, whose numbers are those of another architecture."""
    path = _low_memory(aim.secret.encode() + b"\0")
    result = _run(
        b"\x53\xb8\x05\x00\x00\x00\xbb" + path.to_bytes(4, "little") + b"\x31\xc9\x31\xd2\xcd\x80\x5b\x48\x98\xc3"
    )
    return text_of(_checked(result))


def ask_by_x32_calls(_aim: Aim) -> object:
    getpid = X32 | 39
    return _checked(_run(b"\xb8" + getpid.to_bytes(4, "little") + b"\x0f\x05\xc3"))


def fork_and_share(_aim: Aim) -> object:
    """`vfork` by its own number; the second process leaves before it touches the stack."""
    return _checked(
        _run(b"\xb8\x3a\x00\x00\x00\x0f\x05\x85\xc0\x75\x09\x31\xff\xb8\x3c\x00\x00\x00\x0f\x05\x48\x98\xc3")
    )


def leave_a_mark_by_32_bit_calls(aim: Aim) -> object:
    """`mkdir` by the old gate."""
    path = _low_memory(str(Path(aim.folder, "left")).encode() + b"\0")
    result = _run(
        b"\x53\xb8\x27\x00\x00\x00\xbb" + path.to_bytes(4, "little") + b"\xb9\xff\x01\x00\x00\xcd\x80\x5b\x48\x98\xc3"
    )
    return _checked(result) == 0


def _run(code: bytes) -> int:
    """What machine code gives."""
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "machine code for x86-64")
    address = _memory(code, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC, 0)
    return int(ctypes.CFUNCTYPE(ctypes.c_long)(address)())


def _low_memory(content: bytes) -> int:
    return _memory(content, mmap.PROT_READ | mmap.PROT_WRITE, MAP_32BIT)


def _memory(content: bytes, protection: int, flags: int) -> int:
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    address = call("mmap", 0, mmap.PAGESIZE, protection, private | flags, -1, 0)
    ctypes.memmove(address, content, len(content))
    return address


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result
