"""Memory in pages of 2 MB: a fork copies an entry for each page, and a process that ends gives each of them back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from whygrad.sandbox import kernel

MADV_COLLAPSE = 25


def gather() -> None:
    """Put what this process has written into large pages, as far as the kernel can; one before 6.1 cannot at all."""
    for start, end in _written():
        with suppress(OSError):
            kernel.advise(start, end - start, MADV_COLLAPSE)


def _written() -> Iterator[tuple[int, int]]:
    """Where the memory lies that is its own, may be written, and is of no file."""
    with open("/proc/self/maps") as maps:
        mappings = [line.split() for line in maps]
    for span, rights, _offset, _device, inode, *name in mappings:
        if rights.startswith("rw") and rights.endswith("p") and inode == "0" and name != ["[stack]"]:
            start, end = (int(address, 16) for address in span.split("-"))
            yield start, end
