"""Real programs with a known truth: the root cause first, at the right line and operation, with its parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from tests.engine.programs import examined

from whygrad.engine import catalogue
from whygrad.engine.observation import Json

CASES = Path(__file__).parents[1] / "cases"
VERDICTS = {"error": {"faulty"}, "silent": {"faulty", "suspect"}, "healthy": {"healthy"}}
CODES = {rule.code for rule in catalogue.rules()}


@dataclass(frozen=True)
class Case:
    """A program in its folder, what it is sent with, and what is true of it."""

    id: str
    folder: Path
    model: str
    source: str
    request: dict[str, Json]
    truth: dict[str, Json]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with it."""
        return bool(self.truth["outcome"] == "healthy")

    @property
    def known(self) -> bool:
        """Whether every code that its fault may be given has a rule."""
        return not self.healthy and set(self.truth["codes"]) <= CODES


def cases() -> list[Case]:
    """Every case of every folder."""
    return [
        Case(entry["id"], file.parent, entry["model_file"], entry["source_file"], entry["request"], entry["truth"])
        for file in sorted(CASES.glob("*/cases.json"))
        for entry in json.loads(file.read_text())
    ]


ALL = cases()
KNOWN = [case for case in ALL if case.known]

each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
each_known_case = pytest.mark.parametrize("case", KNOWN, ids=lambda case: case.id)


@each_case
def test_every_program_is_judged(case: Case) -> None:
    for document in diagnoses(case):
        assert document["verdict"] in {"faulty", "suspect", "healthy", "undetermined"}
        assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize("case", [case for case in ALL if case.healthy], ids=lambda case: case.id)
def test_healthy_program_is_left_alone(case: Case) -> None:
    document = diagnoses(case)[-1]
    assert (document["verdict"], [f["code"] for f in document["findings"] if f["severity"] != "note"]) == (
        "healthy",
        [],
    )


@each_known_case
def test_root_cause_stands_first(case: Case) -> None:
    document = diagnoses(case)[-1]
    assert document["verdict"] in VERDICTS[case.truth["outcome"]]
    assert [f["code"] for f in document["findings"]][:1] in [[code] for code in case.truth["codes"]]


@each_known_case
def test_line_is_the_users_own(case: Case) -> None:
    location = named(case)["location"] or {}
    told = {line_of(case, location), *(normal(frame["source"]) for frame in location.get("stack", []))}
    wanted = {normal(line) for line in case.truth["lines"]}
    assert not wanted or told & wanted


@each_known_case
def test_operation_and_module_are_those_to_change(case: Case) -> None:
    location = named(case)["location"] or {}
    wanted, modules = case.truth["ops"], case.truth["modules"]
    assert not wanted or location.get("op") in wanted
    assert not wanted or modules is None or location.get("module") in modules


@each_known_case
def test_parameters_are_those_that_suffer(case: Case) -> None:
    wanted, found = set(case.truth["parameters"]), set(named(case)["parameters"])
    assert not wanted or wanted <= found <= wanted | set(case.truth["benign"])


def named(case: Case) -> dict[str, Json]:
    """The finding that names the cause, whatever its rank."""
    findings = diagnoses(case)[-1]["findings"]
    return next((f for f in findings if f["code"] in case.truth["codes"]), {"location": None, "parameters": []})


def line_of(case: Case, location: dict[str, Json]) -> str:
    """The line that a location names: its own text, or where the archive holds none that of the case's source."""
    file = case.folder / case.source
    if location.get("source") or Path(location.get("file") or "").name != file.name:
        return normal(location.get("source"))
    lines = file.read_text().splitlines()
    return normal(lines[location["line"] - 1]) if 0 < location["line"] <= len(lines) else ""


def normal(line: str | None) -> str:
    """A line with single blanks."""
    return " ".join((line or "").split())


@cache
def _diagnoses(folder: Path, name: str) -> list[dict[str, Json]]:
    case = next(c for c in ALL if (c.folder, c.id) == (folder, name))
    return examined((folder / case.model).read_bytes(), case.request)


def diagnoses(case: Case) -> list[dict[str, Json]]:
    """The document after each pass; each program is run once."""
    return _diagnoses(case.folder, case.id)
