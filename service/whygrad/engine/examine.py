"""One upload from its bytes to its diagnosis: open, observe, diagnose; a document after each pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from whygrad.engine.diagnose import Diagnosed, diagnose
from whygrad.engine.document import document
from whygrad.engine.edits import Edit
from whygrad.engine.graph.document import graph
from whygrad.engine.observation import Json, Observation
from whygrad.engine.observe.archive import judge
from whygrad.engine.observe.environment import environment
from whygrad.engine.observe.expressions import EditError
from whygrad.engine.observe.observer import Observer
from whygrad.engine.observe.probes import Progress
from whygrad.engine.passes import PASSES, VERIFY
from whygrad.engine.preflight.refusal import RefusedError
from whygrad.engine.proofs.trials import Base
from whygrad.engine.proofs.verify import Verifier

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

_SHOWN_BY = {
    "load": ("structure",),
    "structure": ("structure",),
    "numeric": ("numeric",),
    "replay": ("numeric", "replay"),
}
"""The passes that show again what a pass has shown."""

LEAST_SECONDS = 2.0
"""How long fixes are tried at least; of a program that takes longer, three times what its passes took."""

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
    draw: Emit | None = None,
    progress: Progress | None = None,
) -> None:
    """Diagnose an upload. `emit` is given the diagnosis as it stands after each pass; the last is the whole.

    `draw`, where one is given, gets the graph of what was observed: once nothing was run any more, and before that
    where a pass that may not end is yet to come. What a rule, or the trial of a fix, raises in spite of all is raised
    once everything else is told.
    """
    _Examination({**REQUEST, **request}, emit, draw, progress or Unwatched()).run(upload)


class _Examination:
    """The state of one examination: what was asked, what has been seen, and how long it took."""

    def __init__(self, request: Mapping[str, Json], emit: Emit, draw: Emit | None, progress: Progress) -> None:
        self._request = request
        self._emit = emit
        self._draw = draw
        self._progress = progress
        self._bases: list[Base] = []
        self._found: Sequence[Diagnosed] = ()
        self._stumbled: list[Exception] = []
        self._timing: dict[str, float] = {}
        self._began = time.perf_counter()

    def run(self, upload: Path | bytes) -> None:
        data = upload if isinstance(upload, bytes) else upload.read_bytes()
        self._progress.enter("load")
        try:
            observer = Observer(judge(data), self._request, self._progress)
            observer.open()
        except RefusedError as error:
            kind = "torchscript" if error.refusal.operation else "unknown"
            refused = Observation(format=kind, refusal=error.refusal)
            self._tell(refused, diagnose(refused), weights=False)
            return
        self._time("load_ms")
        if observer.runnable:
            self._passes(observer)
        else:
            self._judge("load", observer)
        if self._request["verify"] and any(d.severity != "note" for d in self._bases[-1].found):
            self._verify(observer)
        self._show(observer.observation)
        if self._stumbled:
            raise self._stumbled[0]

    def _passes(self, observer: Observer) -> None:
        wanted = self._request["passes"] or PASSES
        for name in PASSES:
            if name in wanted:
                getattr(observer, name)()
                self._time(f"{name}_ms")
                self._judge(name, observer)
            if name == "structure":
                self._show(observer.observation)

    def _judge(self, name: str, observer: Observer) -> None:
        """Diagnose what has been seen with this pass, and tell it."""
        seen = observer.observation
        self._found = diagnose(seen, stumbled=self._stumbled)
        self._bases.append(Base(name, seen, self._found))
        self._tell(seen, self._found, weights=observer.weights)

    def _verify(self, observer: Observer) -> None:
        """Try the fixes, and tell the diagnosis again with what they healed."""
        self._progress.enter(VERIFY)
        rerun = partial(_rerun, observer, _Proving(self._progress))
        seconds = max(LEAST_SECONDS, 3 * sum(self._timing.values()) / 1e3)
        try:
            self._found = Verifier(rerun, seconds).verify(self._bases)
        except Exception as error:
            self._stumbled.append(error)
        self._time("verify_ms")
        self._tell(observer.observation, self._found, weights=observer.weights)

    def _tell(self, observation: Observation, found: Sequence[Diagnosed], *, weights: bool) -> None:
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

    def _show(self, observation: Observation) -> None:
        """Draw what was observed, where somebody wants to see it and anything ran."""
        if self._draw is not None and observation.nodes:
            told = [d for d in self._found if d.rule.code not in self._request["ignore"]]
            self._draw(graph(observation, told))

    def _time(self, name: str) -> None:
        now = time.perf_counter()
        self._timing[name] = round((now - self._began) * 1e3, 3)
        self._began = now


class _Proving:
    """Progress while a fix is tried: a pass over the changed program is none over the program itself."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.at = progress.at

    def enter(self, _pass_name: str) -> None:
        """A pass begins, in which nothing has run yet."""
        self._progress.enter(VERIFY)


def _rerun(observer: Observer, progress: Progress, edits: Sequence[Edit], pass_name: str) -> Observation | None:
    """What is seen of a program with edits made to it, in the pass that showed the fault; None where they cannot be."""
    other = observer.edited(edits, progress)
    try:
        other.open(numbers="structure" not in _SHOWN_BY[pass_name])
        if not other.runnable:
            return other.observation
        for name in _SHOWN_BY[pass_name]:
            getattr(other, name)()
        if other.observation.judged is None:
            other.numeric()
        if pass_name == "replay":
            other.replay()
    except (EditError, RefusedError):
        return None
    return other.observation
