from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from whygrad.jobs.courier_local import Courier


@pytest.fixture
def courier(tmp_path: Path) -> Iterator[Courier]:
    courier = Courier(tmp_path / "data")
    yield courier
    courier.close()


def test_a_wake_up_ends_the_wait(courier: Courier, tmp_path: Path) -> None:
    web = Courier(tmp_path / "data")
    threading.Timer(0.05, web.wake).start()
    assert courier.wait(10)
    assert not courier.wait(0)


def test_a_wake_up_before_the_wait_is_not_lost(courier: Courier) -> None:
    courier.wake()
    assert courier.wait(10)


def test_nobody_listening_blocks_nobody(courier: Courier) -> None:
    for _ in range(70_000):
        courier.wake()
    while courier.wait(0):
        pass
    assert not courier.wait(0.01)
