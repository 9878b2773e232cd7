"""A diagnosis held against the truth of its case."""

from __future__ import annotations

from pathlib import Path

from tests.cases.case import Case

from whygrad.engine.observation import Json

UNDETERMINED = ("FMT903", "RUN001", "RUN002", "RUN003", "RUN004")
"""What keeps a program from being judged: alone, these leave the verdict open."""
VERDICTS = {"error": {"faulty"}, "silent": {"faulty", "suspect"}, "healthy": {"healthy"}}
HEALTHY = "healthy"
ASPECTS = ("root cause", "line", "operation", "module", "parameters", "fix verified", "later faults")


def judged(case: Case, document: dict[str, Json]) -> dict[str, bool]:
    """What a diagnosis has right and wrong, of what its case says at all."""
    verdict = document.get("verdict") in expected(case)
    if case.healthy:
        return {HEALTHY: verdict and all(f["severity"] == "note" for f in document["findings"])}
    codes = [f["code"] for f in document.get("findings", [])]
    finding = named(document, case.truth["codes"])
    right = {"root cause": verdict and bool(codes) and codes[0] in case.truth["codes"]}
    right |= _placed(case, finding, case.truth)
    if case.truth["parameters"]:
        right["parameters"] = _suffering(case, finding)
    right["fix verified"] = (finding.get("fix") or {}).get("verified") is True
    if case.later:
        right["later faults"] = all(_found(case, document, fault) for fault in case.later)
    return right


def expected(case: Case) -> set[str]:
    """The verdicts that fit."""
    return {"undetermined"} if set(case.truth["codes"]) & set(UNDETERMINED) else VERDICTS[case.truth["outcome"]]


def named(document: dict[str, Json], codes: list[str]) -> dict[str, Json]:
    """The finding that names a cause, whatever its rank; empty where there is none."""
    return next((f for f in document.get("findings", []) if f["code"] in codes), {})


def _placed(case: Case, finding: dict[str, Json], fault: dict[str, Json]) -> dict[str, bool]:
    location = finding.get("location") or {}
    right = {}
    if fault["lines"]:
        told = {_line(case, location), *(_line(case, frame) for frame in location.get("stack", []))}
        right["line"] = bool(told & {_normal(line) for line in fault["lines"]})
    if fault["ops"]:
        right["operation"] = location.get("op") in fault["ops"]
        if fault["modules"] is not None:
            right["module"] = location.get("module") in fault["modules"]
    return right


def _suffering(case: Case, finding: dict[str, Json]) -> bool:
    wanted, found = set(case.truth["parameters"]), set(finding.get("parameters", []))
    return wanted <= found <= wanted | set(case.truth["benign"])


def _found(case: Case, document: dict[str, Json], fault: dict[str, Json]) -> bool:
    """Whether some finding has the code of a later fault, and its place."""
    return any(
        f["code"] in fault["codes"] and all(_placed(case, f, fault).values()) for f in document.get("findings", [])
    )


def _line(case: Case, location: dict[str, Json]) -> str:
    """The line that a location names: its own text, or where the archive holds none that of the case's source."""
    file = case.folder / case.source
    if location.get("source") or Path(location.get("file") or "").name != file.name:
        return _normal(location.get("source"))
    lines = file.read_text().splitlines()
    return _normal(lines[location["line"] - 1]) if 0 < location["line"] <= len(lines) else ""


def _normal(line: str | None) -> str:
    """A line with single blanks."""
    return " ".join((line or "").split())
