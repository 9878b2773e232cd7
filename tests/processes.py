"""Other processes as /proc tells of them. Any of them may end while it is asked about."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(child) for child in _told(pid, f"task/{pid}/children").split()]


def descendants(pid: int) -> list[int]:
    """Those, and the ones that they started."""
    return [found for child in children_of(pid) for found in (child, *descendants(child))]


def arguments_of(pid: int) -> bytes:
    """The command line of a process."""
    return _told(pid, "cmdline")


def confined(pid: int) -> bool:
    """Whether a process has not ended and is under a filter of system calls: a program runs in it."""
    return runs(pid) and b"\nSeccomp:\t2" in _told(pid, "status")


def runs(pid: int) -> bool:
    """Whether a process has not ended."""
    status = _told(pid, "status")
    return bool(status) and b"State:\tZ" not in status


def _told(pid: int, file: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
