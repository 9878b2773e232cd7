"""Builds `reported/` from its sources: `python -m tests.cases.build [id ...]`.

A source is exported anew where it changed, run in plain torch, and enters `cases.json` only if all that it declares is
seen to be true.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.cases import export
from tests.cases.case import FOLDER, case_of, within
from tests.cases.declaration import declared
from tests.cases.plain import trainable
from tests.cases.truth import contradictions

from whygrad.engine.observation import Json

REPORTED = FOLDER / "reported"


def entry(file: Path) -> dict[str, Json]:
    """What `cases.json` says of a source whose program is built: its patterns are the names that they cover."""
    told = declared(file).entry()
    names = trainable((REPORTED / told["model_file"]).read_bytes())
    for fault in (told["truth"], *told["truth"]["later_faults"]):
        fault["parameters"] = list(within(names, fault["parameters"]))
    told["truth"]["benign"] = list(within(names, told["truth"]["benign"]))
    return told


def build(file: Path) -> dict[str, Json]:
    """Exports a source, and says what `cases.json` says of it."""
    how = declared(file).one("Export", "script")
    file.parents[1].joinpath(f"{file.stem}.pt").write_bytes(export.made(file.read_text(), how, file.stem))
    return entry(file)


def main(wanted: list[str]) -> int:
    """Builds those that are wanted, or all; returns how many are not true."""
    listed = REPORTED / "cases.json"
    known = {told["id"]: told for told in json.loads(listed.read_text())} if listed.exists() else {}
    sources = {file.stem: file for file in sorted(REPORTED.glob("src/*.py"))}
    wrong = 0
    for name in wanted or sources:
        told, found = checked(sources[name])
        wrong += bool(found)
        print("".join(f"{name}: {line}\n" for line in found), end="")
        known |= {name: told} if told and not found else {}
    kept = [known[name] for name in sorted(known) if name in sources]
    listed.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return wrong


def checked(file: Path) -> tuple[dict[str, Json], list[str]]:
    """A source built and run: what it says, and what of that is not so."""
    try:
        told = build(file)
    except Exception as error:
        return {}, [f"cannot be exported: {error}"]
    return told, list(contradictions(case_of(told, REPORTED)))


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
