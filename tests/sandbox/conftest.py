"""Zygotes whose children can be taken over, and what is sent to them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sandbox import taken

from whygrad import sandbox
from whygrad.jobs import examination
from whygrad.sandbox import Limits, Outcome, Task, nursery, parent

INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}
REQUEST: dict[str, Any] = {"inputs": [INPUT]}
LIMITS = Limits(seconds=10, memory_bytes=2**28)
SHORT = Limits(seconds=2, memory_bytes=2**26)
HERE = str(Path(__file__).parents[2])
START = f"import sys; sys.path.insert(0, {HERE!r}); from tests.sandbox import taken; taken.main()"


class Lasting(nursery.Nursery):
    """Keeps its zygote also after a child that was ended for what it did: hundreds of attacks, one zygote."""

    def replace(self) -> None:
        if self._zygote is None or not self._zygote.lives:
            super().replace()


@pytest.fixture(scope="module")
def jail(request: pytest.FixtureRequest) -> Iterator[str]:
    """A zygote whose children can be taken over, with the jail or without."""
    how = str(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nursery, "PROGRAM", (sys.executable, "-I", "-c", START, how))
        patch.setattr(parent, "_nursery", Lasting())
        sandbox.warm(insecure=how == taken.FREE)
        yield how
        sandbox.close()


@pytest.fixture
def take_over(jail: str, tmp_path: Path) -> Callable[..., Outcome]:
    def take_over(attack: str, limits: Limits = LIMITS, **order: object) -> Outcome:
        upload = tmp_path / "model.pt"
        upload.write_text(json.dumps({"attack": attack} | order, separators=(",", ":")))
        outcome = sandbox.run(Task("examine", upload, REQUEST), limits=limits)
        assert outcome.isolation is not None
        assert outcome.isolation.seccomp == (jail != taken.FREE)
        return outcome

    return take_over


@pytest.fixture
def examined(jail: str, tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """The diagnosis of an upload whose child is taken over."""
    assert jail

    def examined(attack: str) -> dict[str, Any]:
        upload = tmp_path / "model.pt"
        upload.write_text(json.dumps({"attack": attack}, separators=(",", ":")))
        return examination.examine(upload, REQUEST, limits=SHORT)

    return examined


@pytest.fixture
def still_diagnosed(jail: str, healthy: bytes, tmp_path: Path) -> Callable[[], bool]:
    """Whether a sound program is called so."""
    assert jail

    def still_diagnosed() -> bool:
        upload = tmp_path / "good.pt"
        upload.write_bytes(healthy)
        return bool(examination.examine(upload, REQUEST, limits=LIMITS)["verdict"] == "healthy")

    return still_diagnosed
