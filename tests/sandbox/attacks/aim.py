"""What an attack is sent against, and how it calls the kernel without asking anybody."""

from __future__ import annotations

import ctypes
import errno
import os
from dataclasses import dataclass

import pyseccomp

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


@dataclass(frozen=True)
class Aim:
    """A file that anybody may read and write, a folder that anybody may fill, a listener, a process and its memory."""

    secret: str
    folder: str
    port: int
    victim: int
    address: int
    """Where the victim keeps the text of `secret`."""
    text: str


def call(name: str, *arguments: int | bytes | ctypes.Structure | ctypes.Array[ctypes.c_char]) -> int:
    """A system call, by its name. Raises OSError."""
    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    if number < 0:
        raise OSError(errno.ENOSYS, f"no {name} on this architecture")
    ctypes.set_errno(0)
    result: int = _libc.syscall(ctypes.c_long(number), *map(_passed, arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def text_of(descriptor: int) -> str:
    """What can be read of an open file."""
    return os.pread(descriptor, 4096, 0).decode("utf-8", "replace")


def _passed(argument: object) -> object:
    if isinstance(argument, ctypes.Structure):
        return ctypes.byref(argument)
    return ctypes.c_long(argument) if isinstance(argument, int) else argument
