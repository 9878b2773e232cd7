"""FMT901 of a live module: what torch's optimiser changes, it changes in the exported program, not in the module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whygrad.engine.places import with_place
from whygrad.render import counting

CODE = "FMT901"
_REMARK = (
    "The module itself, as Python runs it, gets the gradients that are listed: torch rewrites only the exported "
    "program before it runs."
)

Document = dict[str, Any]


def told(document: Document) -> Document:
    """The diagnosis of a module's program, in which what the optimiser changes is a warning, behind every error."""
    before = document["findings"]
    lowered = [_lowered(finding) if finding["code"] == CODE else finding for finding in before]
    order = sorted(range(len(lowered)), key=lambda index: counting.SEVERITIES.index(lowered[index]["severity"]))
    findings = [lowered[index] for index in order]
    if findings == before:
        return document
    moved = {old: new for new, old in enumerate(order)}
    changed: Document = {"findings": findings}
    changed["parameters"] = [_moved(entry, moved) for entry in document.get("parameters") or []]
    if not any(finding["severity"] == "error" for finding in findings) and document["verdict"] == "faulty":
        changed["verdict"] = "suspect"
    if findings[0] != before[0]:
        changed["headline"] = with_place(findings[0])
    return document | changed


def _moved(parameter: Document, moved: Mapping[int, int]) -> Document:
    """A parameter with the new number of its finding; one that is beyond those that are listed keeps its own."""
    number = parameter.get("finding")
    return parameter | {"finding": moved.get(number, number) if number is not None else None}


def _lowered(finding: Document) -> Document:
    severity = "warning" if finding["severity"] == "error" else finding["severity"]
    title, message = f"only the exported program: {finding['title']}", f"{finding['message']} {_REMARK}"
    return finding | {"severity": severity, "title": title, "message": message}
