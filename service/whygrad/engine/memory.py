"""Telling that memory ran out. It is no fault to be explained like others: it ends the run, wherever it happens."""

from __future__ import annotations

ALLOCATORS = ("can't allocate memory", "DefaultCPUAllocator: not enough memory", "std::bad_alloc", "CUDA out of memory")


def is_out_of_memory(error: BaseException | str) -> bool:
    """True for Python's MemoryError, and for what torch's allocators raise or say in its place."""
    return isinstance(error, MemoryError) or any(text in str(error) for text in ALLOCATORS)


def refuse_out_of_memory(error: Exception) -> None:
    """Raise MemoryError where `error` says that memory ran out; whoever records errors calls this first."""
    if is_out_of_memory(error):
        raise MemoryError(str(error)) from error
