"""One page of memory that a child shares with the parent: where it is, readable after any death.

The child writes one integer a step, which costs nothing; the parent reads the page as a file, never through a
mapping, since a hostile child could shrink it and a mapping would then kill the reader.
"""

from __future__ import annotations

import mmap
import os
import struct

SIZE = mmap.PAGESIZE
LAYOUT = struct.Struct("qq64s")
NODE, NAME_LENGTH = range(2)
NAME_OFFSET = 16


def make() -> int:
    """The descriptor of a new page, on which nothing is entered."""
    descriptor = os.memfd_create("progress")
    os.ftruncate(descriptor, SIZE)
    os.pwrite(descriptor, LAYOUT.pack(-1, 0, b""), 0)
    return descriptor


def read(descriptor: int) -> tuple[str | None, int | None]:
    """The pass and the node that the child was in; None for what it had not entered, or made up."""
    data = os.pread(descriptor, LAYOUT.size, 0)
    if len(data) < LAYOUT.size:
        return None, None
    node, length, name = LAYOUT.unpack(data)
    pass_name = name[: max(length, 0)].decode("ascii", "replace")
    return pass_name if pass_name.isidentifier() else None, node if node >= 0 else None


class Progress:
    """The child's side: it says where it is."""

    def __init__(self, descriptor: int) -> None:
        """Maps the page."""
        self._page = mmap.mmap(descriptor, SIZE)
        self._cells = memoryview(self._page).cast("q")

    def enter(self, pass_name: str) -> None:
        """A pass begins, in no node yet."""
        name = pass_name.encode("ascii", "replace")[:64]
        self._cells[NODE] = -1
        self._page[NAME_OFFSET : NAME_OFFSET + len(name)] = name
        self._cells[NAME_LENGTH] = len(name)

    def at(self, node_id: int) -> None:
        """The node that runs next."""
        self._cells[NODE] = node_id
