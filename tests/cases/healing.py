"""A plugin of pytest: what each fix shows is typed into the programs that the tests have diagnosed, and tried.

`python -m pytest -p tests.cases.healing --healed FILE …` writes what was tried as JSON: each fix that was shown, in
`tried`, and those that do not heal, in `unhealed`. A program is tried once, however often it is diagnosed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.cases.printed import Document, Printed, trials
from tests.engine import programs

from whygrad.engine.observation import Json


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file that the trials are written to."""
    parser.addoption("--healed", type=Path, required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Every scripted program that is diagnosed from here on is tried."""
    healing = _Healing()
    programs.LISTENERS.append(healing.heard)
    config.add_cleanup(lambda: config.getoption("--healed").write_text(json.dumps(healing.told())))


class _Healing:
    """What was tried. What it diagnoses itself it does not hear."""

    def __init__(self) -> None:
        self._tried: dict[str, list[Printed]] = {}
        self._trying = False

    def heard(self, source: str, request: Mapping[str, Json], document: Document) -> None:
        told = json.dumps([source, request], sort_keys=True)
        if self._trying or told in self._tried:
            return
        self._trying = True
        try:
            self._tried[told] = list(_trials(source, request, document))
        finally:
            self._trying = False

    def told(self) -> dict[str, Json]:
        tried = [{"source": source, **asdict(one)} for source, found in self._tried.items() for one in found]
        return {"tried": tried, "unhealed": [one for one in tried if one["problem"]]}


def _trials(source: str, request: Mapping[str, Json], document: Document) -> Iterator[Printed]:
    def again(text: str) -> Document:
        return programs.examined(programs.build(text.removeprefix(programs.PRELUDE)), request)[-1]

    return trials(document, programs.PRELUDE + source, again)
