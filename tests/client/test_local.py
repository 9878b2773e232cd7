"""How long a program may take on this machine."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from whygrad import sandbox
from whygrad.jobs import examination
from whygrad.request.document import DiagnosisRequest
from whygrad.sandbox import Limits
from whygrad_client import WhygradError, local

ROOT = Path(__file__).parents[2]
PROCESSORS = os.cpu_count() or 1


def test_another_torch_is_not_replaced_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["worker"]
    assert any(told.startswith(f"torch>={local.TORCH},") for told in wanted)
    monkeypatch.setattr(local.metadata, "version", lambda _name: "2.14.1+cpu")
    told = r"in an environment of its own: it brings torch 2\.13 in the place of the 2\.14\.1\+cpu"
    for extra, said in (("worker", told), ("slack", r'slack\]"$')):
        with pytest.raises(local.MissingExtra, match=said):
            local.require(extra, ("no_such_module",), "it")


@pytest.mark.parametrize("given", ["nan", "inf", "-inf", "0", "-1", "soon", "", float("nan")])
def test_what_is_no_time_is_refused(given: float | str) -> None:
    with pytest.raises(ValueError, match="must be a number of seconds above 0"):
        local.parse_seconds(given)


def test_a_time_is_a_number_or_its_text() -> None:
    assert (local.parse_seconds(90), local.parse_seconds("0.5")) == (90, 0.5)


@pytest.mark.parametrize(("seconds", "each"), [(1.0, 600 / PROCESSORS), (36_000.0, 36_000.0), (1e20, 1e9)])
def test_a_longer_time_is_longer_on_every_processor(
    seconds: float, each: float, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Limits] = []

    def stopped(_model: Path, _request: Any, *, limits: Limits) -> None:
        given.append(limits)
        raise sandbox.SandboxError("it is not run")

    monkeypatch.setattr(sandbox, "warm", lambda **_options: None)
    monkeypatch.setattr(examination, "examine", stopped)
    with local.engine(seconds=seconds) as examine, pytest.raises(WhygradError, match="it is not run"):
        examine(sound, DiagnosisRequest().load({}))
    assert [(limits.seconds, limits.cpu_seconds) for limits in given] == [(seconds, each * PROCESSORS)]
