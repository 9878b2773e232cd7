"""The catalogue's promises: every rule is documented, found by its own example, and silent on the repaired one."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.engine.programs import build, diagnose_source, request_of

from whygrad.engine import catalogue, rules
from whygrad.engine.codes import CODES
from whygrad.engine.examine import REQUEST
from whygrad.engine.observation import Json
from whygrad.engine.rule import Rule, read_documentation
from whygrad.jobs import examination
from whygrad.jobs.store import Store
from whygrad.sandbox import Limits
from whygrad.storage.database import Database

RULES = catalogue.rules()
FOLDER = Path(rules.__path__[0])
KEYS = {"shapes", "loss", "mode", "method", "steps", "export", "seconds", "memory", "workers lost"}
GOOD = "good "
MOST_EDITED_LINES = 6
MEBIBYTE = 2**20
STRAY = re.compile(r"\bsession|\bissues?\b|\bTODO\b|\bFIXME\b|(?:^|\s)/[a-z]+/", re.IGNORECASE)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@each_rule
def test_bad_program_gives_its_code_alone(rule: Rule, tmp_path: Path) -> None:
    example = rule.documentation.example
    found = findings(example.bad, example.request, tmp_path)
    assert [f["code"] for f in found if f["severity"] != "note" or f["code"] == rule.code] == [rule.code]


@each_rule
def test_good_program_gives_nothing(rule: Rule, tmp_path: Path) -> None:
    example = rule.documentation.example
    found = findings(example.good, repaired(example.request), tmp_path)
    assert [(f["code"], f["title"]) for f in found] == []


@each_rule
def test_good_is_the_smallest_edit_of_bad(rule: Rule) -> None:
    example = rule.documentation.example
    edited = list(difflib.ndiff(example.bad.splitlines(), example.good.splitlines()))
    changed = [line for line in edited if line[:2] in ("- ", "+ ")]
    assert bool(changed) != any(key.startswith(GOOD) for key in example.request)
    assert len(changed) <= MOST_EDITED_LINES, "\n".join(changed)


@each_rule
def test_file_is_named_after_its_rule(rule: Rule) -> None:
    file = Path(inspect.getfile(rule.check))
    assert file.parent == FOLDER
    assert file.stem == f"{rule.code}_{rule.name}".lower().replace("-", "_")


@each_rule
def test_code_and_name_are_those_of_the_catalogue(rule: Rule) -> None:
    assert rule.name == CODES[rule.code]


@each_rule
def test_documentation_is_complete(rule: Rule) -> None:
    text = inspect.getmodule(rule.check).__doc__ or ""
    read_documentation(text)
    assert len(rule.summary.splitlines()) == 1
    assert rule.summary.endswith(".")
    assert not STRAY.search(text), STRAY.search(text)
    assert {key.removeprefix(GOOD) for key in rule.documentation.example.request} <= KEYS


@each_rule
def test_documentation_names_no_code_that_there_is_not(rule: Rule) -> None:
    text = inspect.getmodule(rule.check).__doc__ or ""
    assert set(re.findall(r"\b[A-Z]{3}\d{3}\b", text)) <= CODES.keys()


def test_every_file_holds_one_rule() -> None:
    files = [file.stem for file in sorted(FOLDER.glob("*.py")) if file.stem != "__init__"]
    assert files == [Path(inspect.getfile(rule.check)).stem for rule in RULES]


def test_every_code_has_one_rule() -> None:
    assert [rule.code for rule in RULES] == sorted(CODES)


def findings(source: str, request: Mapping[str, str], folder: Path) -> list[dict[str, Json]]:
    """What is found in a program of an example: in the sandbox where the example needs its limits."""
    if "workers lost" in request:
        document = _given_up(source, request, folder)
    elif "seconds" in request or "memory" in request:
        document = _confined(source, request, folder)
    else:
        document = diagnose_source(source, **request)
    return list(document["findings"])


def repaired(request: Mapping[str, str]) -> dict[str, str]:
    """How the Good twin is sent: where not the program is at fault, the example says what is otherwise."""
    good = {key.removeprefix(GOOD): value for key, value in request.items() if key.startswith(GOOD)}
    return {key: value for key, value in request.items() if not key.startswith(GOOD)} | good


def _confined(source: str, request: Mapping[str, str], folder: Path) -> dict[str, Json]:
    upload = folder / "model.pt"
    upload.write_bytes(build(source, request))
    limits = Limits(float(request.get("seconds", 60)), int(request.get("memory", 4096)) * MEBIBYTE)
    return examination.examine(upload, {**REQUEST, **request_of(request)}, limits=limits)


def _given_up(source: str, request: Mapping[str, str], folder: Path) -> dict[str, Json]:
    """The document of a job whose first workers died, as the example says how many."""
    database = Database(f"sqlite:///{folder / 'jobs.db'}")
    database.migrate()
    store = Store(database)
    job = store.submit(model_sha256="0" * 64, model_name="model.pt", model_bytes=1, request={})
    for _ in range(int(request["workers lost"])):
        assert store.claim("worker", 30) is not None
        store.bury("worker")
    claim = store.claim("worker", 30)
    if claim is not None:
        store.finish(claim, diagnose_source(source, **request))
    ended = store.get(job.id)
    assert ended is not None
    assert ended.document is not None
    return ended.document
