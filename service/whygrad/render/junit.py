"""Diagnoses as a JUnit report: a suite for each program, in it a case for each finding that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from whygrad.render import counting, phrases, places
from whygrad.render.terminal import safe

Json = Mapping[str, Any]


def render(documents: Iterable[Json], *, fail_on: str = "error") -> str:
    """The report; what lies below `fail_on`, is muted or known, stands in the output of its suite."""
    root = Element("testsuites", name="whygrad")
    for document in documents:
        _suite(root, document, fail_on)
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, 0)) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, document: Json, fail_on: str) -> None:
    name = safe(phrases.program(document), 200)
    judged = counting.judged(document)
    counted = counting.counted(document, fail_on if judged else "error")
    suite = SubElement(root, "testsuite", name=name)
    for finding in counted:
        _case(suite, name, document, finding, "failure" if judged else "error")
    if not counted:
        case = SubElement(suite, "testcase", classname=name, name="gradients")
        if not judged:
            SubElement(case, "error", message=": ".join(phrases.opening(document)), type="undetermined")
    cases = len(suite)
    seconds = float((document.get("timing") or {}).get("total_ms") or 0) / 1000
    counts = {"tests": cases, "failures": cases if counted and judged else 0, "errors": 0 if judged else cases}
    suite.attrib.update({key: str(value) for key, value in counts.items()} | {"time": f"{seconds:.3f}"})
    others = [f for f in document.get("findings") or [] if f not in counted]
    output = SubElement(suite, "system-out")
    output.text = "\n".join([*(f"{phrases.heading(f)}: {phrases.title(f)}" for f in others), phrases.verdict(document)])


def _case(suite: Element, name: str, document: Json, finding: Json, kind: str) -> None:
    location = finding.get("location") or {}
    place = places.place(document, location)
    module = safe(location.get("module") or "", 120)
    title = f"{safe(finding.get('code') or '?', 10)} {safe(finding.get('name') or '', 40)}"
    case = SubElement(suite, "testcase", classname=f"{name}.{module}" if module else name, name=title)
    case.attrib.update({"file": place.path, "line": str(place.line)})
    SubElement(case, kind, message=phrases.title(finding), type=title.partition(" ")[0]).text = places.report(finding)
