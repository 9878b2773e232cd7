"""What each fix shows is typed into the programs that the tests have diagnosed, and tried."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.cases.printed import Document, Printed, trials
from tests.engine import programs

from whygrad.engine.observation import Json


class Healing:
    """The scripted programs that were diagnosed while it listened. One is tried once, however often it is diagnosed."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._untried: list[tuple[str, Mapping[str, Json], Document]] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Every program that is diagnosed in the `with` is to be tried."""
        programs.LISTENERS.append(self._heard)
        try:
            yield
        finally:
            programs.LISTENERS.remove(self._heard)

    def tried(self) -> list[Printed]:
        """Each verified fix that was shown of the programs that were not tried yet."""
        heard, self._untried = self._untried, []
        return [printed for source, request, document in heard for printed in _trials(source, request, document)]

    def _heard(self, source: str, request: Mapping[str, Json], document: Document) -> None:
        told = json.dumps([source, request], sort_keys=True)
        if told not in self._known:
            self._known.add(told)
            self._untried.append((source, request, document))


def _trials(source: str, request: Mapping[str, Json], document: Document) -> Iterator[Printed]:
    def again(text: str) -> Document:
        return programs.examined(programs.build(text.removeprefix(programs.PRELUDE)), request)[-1]

    return trials(document, programs.PRELUDE + source, again)
