"""Files: reading, listing, writing, and what was left open."""

from __future__ import annotations

import ctypes
import mmap
import os
import stat
from pathlib import Path

import torch
from tests.sandbox.attacks.aim import Aim, call, text_of

AT_FDCWD = -100


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def read_by_open(aim: Aim) -> object:
    return text_of(call("open", aim.secret.encode(), os.O_RDONLY, 0))


def read_by_openat(aim: Aim) -> object:
    return text_of(call("openat", AT_FDCWD, aim.secret.encode(), os.O_RDONLY, 0))


def read_by_openat2(aim: Aim) -> object:
    return text_of(call("openat2", AT_FDCWD, aim.secret.encode(), _How(), ctypes.sizeof(_How)))


def read_by_a_mapping(aim: Aim) -> object:
    with Path(aim.secret).open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        return mapped[:].decode()


def read_by_from_file(aim: Aim) -> object:
    return bytes(torch.from_file(aim.secret, size=len(aim.text), dtype=torch.uint8).tolist()).decode()


def read_by_the_handle_of_a_file(aim: Aim) -> object:
    handle, mount = ctypes.create_string_buffer(b"\x80", 136), ctypes.create_string_buffer(4)
    call("name_to_handle_at", AT_FDCWD, aim.secret.encode(), handle, mount, 0)
    return handle.raw.hex()


def read_what_was_left_open(_aim: Aim) -> object:
    return [number for number in range(3, 1024) if _leads_somewhere(number)]


def take_every_descriptor(_aim: Aim) -> object:
    return len([os.dup(0) for _ in range(200)]) == 200


def write_to_the_log(_aim: Aim) -> object:
    return [number for number in (1, 2) if os.fstat(number).st_rdev != os.makedev(1, 3)]


def read_its_own_environment(_aim: Aim) -> object:
    return Path("/proc/self/environ").read_bytes().decode()


def read_its_own_memory(_aim: Aim) -> object:
    kept = ctypes.create_string_buffer(b"kept")
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        return os.pread(memory.fileno(), 4, ctypes.addressof(kept)).decode()


def read_the_environment_of_the_zygote(_aim: Aim) -> object:
    return Path(f"/proc/{os.getppid()}/environ").read_bytes().decode()


def read_the_memory_of_another(aim: Aim) -> object:
    with open(f"/proc/{aim.victim}/mem", "rb", buffering=0) as memory:
        return os.pread(memory.fileno(), len(aim.text), aim.address).decode()


def list_a_folder(_aim: Aim) -> object:
    return os.listdir("/")


def ask_for_a_status(aim: Aim) -> object:
    return os.stat(aim.secret).st_size


def ask_for_an_extended_status(aim: Aim) -> object:
    told = ctypes.create_string_buffer(256)
    return call("statx", AT_FDCWD, aim.secret.encode(), 0, 0x7FF, told) == 0


def ask_whether_a_file_is_there(aim: Aim) -> object:
    return call("faccessat", AT_FDCWD, aim.secret.encode(), os.R_OK) == 0


def follow_a_link(_aim: Aim) -> object:
    return os.readlink("/proc/self/exe")


def go_elsewhere(_aim: Aim) -> object:
    os.chdir("/tmp")
    return True


def write_a_file(aim: Aim) -> object:
    return Path(aim.folder, "left").write_text("left")


def write_a_tensor(aim: Aim) -> object:
    torch.save(torch.ones(1), Path(aim.folder, "left"))
    return True


def write_a_sparse_file(aim: Aim) -> object:
    with Path(aim.folder, "left").open("wb") as file:
        os.ftruncate(file.fileno(), 1 << 40)
    return True


def write_through_a_mapping(aim: Aim) -> object:
    tensor = torch.from_file(str(Path(aim.folder, "left")), shared=True, size=8, dtype=torch.uint8)
    return bool(tensor.fill_(1).all())


def overwrite_a_file(aim: Aim) -> object:
    return Path(aim.secret).write_text("overwritten")


def cut_a_file_off(aim: Aim) -> object:
    os.truncate(aim.secret, 0)
    return True


def rename_a_file(aim: Aim) -> object:
    os.rename(aim.secret, Path(aim.folder, "left"))
    return True


def remove_a_file(aim: Aim) -> object:
    os.unlink(aim.secret)
    return True


def change_a_mode(aim: Aim) -> object:
    os.chmod(aim.folder, 0o700)
    return True


def make_a_folder(aim: Aim) -> object:
    Path(aim.folder, "left").mkdir()
    return True


def make_a_link(aim: Aim) -> object:
    Path(aim.folder, "left").symlink_to(aim.secret)
    return True


def make_a_pipe(aim: Aim) -> object:
    os.mkfifo(Path(aim.folder, "left"))
    return True


def make_a_file_of_memory(_aim: Aim) -> object:
    return call("memfd_create", b"left", 0)


def make_secret_memory(_aim: Aim) -> object:
    return call("memfd_secret", 0)


def share_memory(_aim: Aim) -> object:
    with mmap.mmap(-1, mmap.PAGESIZE) as shared:
        return len(shared)


def watch_a_folder(aim: Aim) -> object:
    return call("inotify_add_watch", call("inotify_init1", 0), aim.folder.encode(), 0x100)


def _leads_somewhere(number: int) -> bool:
    try:
        return not stat.S_ISFIFO(os.fstat(number).st_mode)  # the pipe for documents is its own
    except OSError:
        return False
