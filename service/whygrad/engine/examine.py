"""One upload from its bytes to its diagnosis: open, observe, diagnose; a document after each pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from whygrad.engine.diagnose import diagnose
from whygrad.engine.document import document
from whygrad.engine.observation import Json, Observation
from whygrad.engine.observe.archive import RefusedError, judge
from whygrad.engine.observe.observer import Observer
from whygrad.engine.observe.probes import Progress

REQUEST: Mapping[str, Json] = {
    "inputs": None,
    "mode": "train",
    "method": "forward",
    "loss": "auto",
    "steps": 2,
    "seed": 0,
    "passes": None,
    "device": "auto",
    "verify": True,
    "expect_frozen": [],
    "ignore": [],
}
"""A request with every default."""

PASSES = ("structure", "numeric")

Emit = Callable[[dict[str, Json]], None]


class Unwatched:
    """Progress that nobody watches."""

    def enter(self, pass_name: str) -> None:
        """A pass begins."""

    def at(self, node: int) -> None:
        """An operation begins."""


def examine(
    upload: Path | bytes,
    request: Mapping[str, Json],
    *,
    emit: Emit,
    progress: Progress | None = None,
) -> None:
    """Diagnose an upload. `emit` is given the diagnosis as it stands after each pass; the last is the whole."""
    _Examination({**REQUEST, **request}, emit, progress or Unwatched()).run(upload)


class _Examination:
    """The state of one examination: what was asked, what has been seen, and how long it took."""

    def __init__(self, request: Mapping[str, Json], emit: Emit, progress: Progress) -> None:
        self._request = request
        self._emit = emit
        self._progress = progress
        self._timing: dict[str, float] = {}
        self._began = time.perf_counter()

    def run(self, upload: Path | bytes) -> None:
        data = upload if isinstance(upload, bytes) else upload.read_bytes()
        self._progress.enter("load")
        try:
            observer = Observer(judge(data), self._request, self._progress)
            observer.open()
        except RefusedError as error:
            self._tell(Observation(format="unknown", refusal=error.refusal), weights=False)
            return
        self._time("load_ms")
        if not observer.runnable:
            self._tell(observer.observation, weights=observer.weights)
            return
        self._passes(observer)

    def _passes(self, observer: Observer) -> None:
        wanted = self._request["passes"] or PASSES
        for name in ("structure", "numeric"):
            if name in wanted:
                getattr(observer, name)()
                self._time(f"{name}_ms")
                self._tell(observer.observation, weights=observer.weights)
        for name in wanted:
            if name not in PASSES:
                observer.skip(name, "this version has no such pass")
                self._tell(observer.observation, weights=observer.weights)

    def _tell(self, observation: Observation, *, weights: bool) -> None:
        frozen = self._request["expect_frozen"]
        found = diagnose(replace(observation, expect_frozen=tuple(frozen)))
        self._emit(
            document(
                observation,
                found,
                ignore=self._request["ignore"],
                environment=environment(),
                timing=self._timing,
                weights=weights,
            )
        )

    def _time(self, name: str) -> None:
        now = time.perf_counter()
        self._timing[name] = round((now - self._began) * 1e3, 3)
        self._began = now


def environment() -> dict[str, Any]:
    """What the diagnosis was made with."""
    return {"torch": torch.__version__.partition("+")[0], "device": "cpu", "threads": torch.get_num_threads()}
