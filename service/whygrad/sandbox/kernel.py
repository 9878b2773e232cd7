"""Calls of the kernel that Python's library does not have."""

from __future__ import annotations

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)

Argument = int | ctypes.Structure | None


def prctl(option: int, *values: int) -> None:
    """Change something of this process. Raises OSError."""
    words = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(_libc.prctl(ctypes.c_int(option), *words))


def syscall(number: int, *arguments: Argument) -> int:
    """The result of a system call: numbers go as they are, structures by their address. Raises OSError."""
    return _check(_libc.syscall(ctypes.c_long(number), *map(_passed, arguments)))


def advise(address: int, length: int, advice: int) -> None:
    """Tell the kernel what some memory of this process is for. Raises OSError."""
    _check(_libc.madvise(address, length, advice))


def drop_capabilities() -> None:
    """Give up whatever this process may do beyond its user. Raises OSError."""
    _check(_libc.capset(ctypes.byref(_Whose()), ctypes.byref((_Capabilities * 2)())))


def capable(*wanted: int) -> bool:
    """Whether this process has these capabilities, each below 32, in force."""
    held = (_Capabilities * 2)()
    _check(_libc.capget(ctypes.byref(_Whose()), ctypes.byref(held)))
    return all(held[0].effective >> number & 1 for number in wanted)


class _Whose(ctypes.Structure):
    """Of this process, in the third version of the call, which has 64 capabilities."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    def __init__(self) -> None:
        super().__init__(0x20080522, 0)


class _Capabilities(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _passed(argument: Argument) -> object:
    if isinstance(argument, int):
        return ctypes.c_ulong(argument)
    return argument if argument is None else ctypes.byref(argument)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
