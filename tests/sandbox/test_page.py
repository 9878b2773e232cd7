from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from whygrad.sandbox import page


@pytest.fixture
def descriptor() -> Iterator[int]:
    descriptor = page.make()
    yield descriptor
    os.close(descriptor)


def test_it_tells_the_pass_and_the_node(descriptor: int) -> None:
    progress = page.Progress(descriptor)
    assert page.read(descriptor) == (None, None)
    progress.enter("structure")
    progress.at(3)
    assert page.read(descriptor) == ("structure", 3)
    progress.enter("numeric")
    assert page.read(descriptor) == ("numeric", None)


@pytest.mark.parametrize(
    "forged", [b"", b"\xff" * 80, page.LAYOUT.pack(-5, 2**62, b"\x1b[31m"), page.LAYOUT.pack(-1, -9, b"a b")]
)
def test_what_a_child_forges_is_nothing(descriptor: int, forged: bytes) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, forged, 0)
    assert page.read(descriptor) == (None, None)
