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
from tests.cases.truth import contradictions, mend, program

from whygrad.engine.observation import Json

REPORTED = FOLDER / "reported"


def entries(file: Path) -> list[dict[str, Json]]:
    """What `cases.json` says of a source whose programs are built: its patterns are the names that they cover."""
    told = declared(file)
    return [_named(entry) for entry in (told.entry(), told.twin()) if entry]


def _named(entry: dict[str, Json]) -> dict[str, Json]:
    names = trainable((REPORTED / entry["model_file"]).read_bytes())
    truth = entry["truth"]
    for fault in (truth, *truth.get("later_faults", [])):
        fault["parameters"] = list(within(names, fault["parameters"]))
    truth["benign"] = list(within(names, truth["benign"]))
    return entry


def build(file: Path) -> list[dict[str, Json]]:
    """Exports a source and its twin, and says what `cases.json` says of them."""
    told = declared(file)
    text, how = file.read_text(), told.one("Export", "script")
    (REPORTED / f"{file.stem}.pt").write_bytes(export.made(text, how, file.stem))
    if twin := told.twin():
        mended = text.replace(program(text), mend(program(text), told.entry()["truth"]["fix"][0]))
        (REPORTED / twin["model_file"]).write_bytes(export.made(mended, how, file.stem))
    return entries(file)


def main(wanted: list[str]) -> int:
    """Builds those that are wanted, or all; returns how many are not true."""
    listed = REPORTED / "cases.json"
    known = json.loads(listed.read_text()) if listed.exists() else []
    sources = {file.stem: file for file in sorted(REPORTED.glob("src/*.py"))}
    kept = [told for told in known if Path(told["source_file"]).stem in sources.keys() - set(wanted or sources)]
    wrong = 0
    for name in wanted or sources:
        told, found = checked(sources[name])
        wrong += bool(found)
        print("".join(f"{name}: {line}\n" for line in found), end="", flush=True)
        kept += [] if found else told
    kept.sort(key=lambda told: told["id"])
    listed.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    return wrong


def checked(file: Path) -> tuple[list[dict[str, Json]], list[str]]:
    """A source built and run: what it says, and what of that is not so."""
    try:
        told = build(file)
    except Exception as error:
        return [], [f"cannot be exported: {error}"]
    return told, [line for entry in told for line in contradictions(case_of(entry, REPORTED))]


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
