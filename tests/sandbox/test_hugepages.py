from __future__ import annotations

import ctypes
import mmap
import re
from pathlib import Path

import pytest

from whygrad.sandbox import hugepages, kernel

LARGE = 2 << 20


def test_what_was_written_lies_in_large_pages() -> None:
    memory = mmap.mmap(-1, 4 * LARGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for at in range(0, len(memory), mmap.PAGESIZE):
        memory[at] = at % 251
    first = -(-ctypes.addressof(ctypes.c_char.from_buffer(memory)) // LARGE) * LARGE
    try:
        kernel.advise(first, LARGE, hugepages.MADV_COLLAPSE)
    except OSError as error:
        pytest.skip(f"this kernel does not gather pages: {error}")
    hugepages.gather()
    (held,) = (int(told) for span, told in _large() if span[0] <= first < span[1])
    assert held >= 3 * LARGE // 1024
    assert all(memory[at] == at % 251 for at in range(0, len(memory), mmap.PAGESIZE))


def _large() -> list[tuple[tuple[int, int], str]]:
    """Each mapping of this process, with the kilobytes of it that lie in large pages."""
    told = Path("/proc/self/smaps").read_text()
    found = re.findall(r"^(\w+)-(\w+) .*?^AnonHugePages: +(\d+)", told, re.MULTILINE | re.DOTALL)
    return [((int(start, 16), int(end, 16)), held) for start, end, held in found]
