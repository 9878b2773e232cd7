"""A program with a known truth, as `cases.json` of its folder tells it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from whygrad.engine.observation import Json

FOLDER = Path(__file__).parent
TITLES = {
    "CUT": "the path to the loss is cut",
    "PAR": "the parameter itself",
    "IPL": "in-place writes",
    "BWD": "backward itself",
    "ZER": "gradients exactly zero",
    "NUM": "numbers that are not finite, or not usable",
    "SHP": "shapes",
    "TYP": "types, devices, arguments",
    "FMT": "the file",
    "RUN": "the run",
}
"""The families of faults, by the letters of their codes."""


@dataclass(frozen=True)
class Case:
    """A program in its folder, what it is sent with, and what is true of it."""

    id: str
    folder: Path
    model: str
    source: str
    request: dict[str, Json]
    truth: dict[str, Json]
    export: str

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with it."""
        return bool(self.truth["outcome"] == "healthy")

    @property
    def family(self) -> str:
        """The letters of the code that names its fault; empty for a healthy one."""
        return "" if self.healthy else str(self.truth["codes"][0][:3])

    @property
    def later(self) -> list[dict[str, Json]]:
        """The faults that stand behind the first one."""
        return list(self.truth.get("later_faults", []))

    @property
    def fixes(self) -> list[dict[str, str]]:
        """The changes of the source that mend it, in the order of its faults."""
        return list(self.truth.get("fix", []))

    def upload(self) -> bytes:
        """The file that is sent."""
        return (self.folder / self.model).read_bytes()

    def text(self) -> str:
        """The source that the file was made from."""
        return (self.folder / self.source).read_text()


def cases() -> list[Case]:
    """Every case of every folder."""
    return [case for file in sorted(FOLDER.glob("*/cases.json")) for case in cases_in(file.parent)]


def cases_in(folder: Path) -> list[Case]:
    """Every case of a folder."""
    return [case_of(entry, folder) for entry in json.loads((folder / "cases.json").read_text())]


def case_of(entry: dict[str, Json], folder: Path) -> Case:
    """A case as `cases.json` of its folder tells it."""
    told = [entry[key] for key in ("model_file", "source_file", "request", "truth", "exported_with")]
    return Case(entry["id"], folder, *told)


def digest(chosen: Iterable[Case]) -> str:
    """What tells this set of cases, their files and their truths from any other."""
    found = hashlib.sha256()
    for case in sorted(chosen, key=lambda case: case.id):
        told = json.dumps([case.id, case.request, case.truth], sort_keys=True)
        found.update(told.encode() + hashlib.sha256(case.upload()).digest())
    return found.hexdigest()


def within(names: Iterable[str], patterns: Iterable[str]) -> Iterator[str]:
    """The names that one of the patterns covers: a name, `block.*`, or `*`."""
    allowed = list(patterns)
    for name in names:
        if any(p in ("*", name) or (p.endswith("*") and name.startswith(p[:-1])) for p in allowed):
            yield name
