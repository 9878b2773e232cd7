"""Diagnoses as one SARIF 2.1.0 log, which code scanners read: one run, a result for each finding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import whygrad
from whygrad.engine import catalogue
from whygrad.render import counting, phrases, places
from whygrad.render.places import Place
from whygrad.render.terminal import safe

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "whygrad/v1"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_LONGEST_DESCRIPTION = 1024
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")

Json = Mapping[str, Any]


def render(documents: Iterable[Json]) -> str:
    """The log as JSON."""
    return json.dumps(log(list(documents)), indent=2) + "\n"


def log(documents: Sequence[Json]) -> dict[str, Any]:
    """The log; paths are relative to the root of the repository, as code scanning wants them."""
    found = [(document, finding) for document in documents for finding in document.get("findings") or []]
    codes = sorted({str(finding.get("code")) for _document, finding in found})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "whygrad",
                        "semanticVersion": whygrad.__version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": all(map(counting.judged, documents))}],
                "results": [_result(*pair, codes) for pair in found],
            }
        ],
    }


def _rule(code: str) -> dict[str, Any]:
    """What the rule's own page says. GitHub wants all of these texts, and takes no longer descriptions."""
    try:
        rule = catalogue.rule(code)
    except KeyError:
        name, summary = safe(code, 10), f"whygrad found {safe(code, 10)}."
        what, aid = summary, "This version of whygrad has no page of it."
    else:
        page, name, summary = rule.documentation, rule.name, _unwrapped(rule.summary)
        what, aid = (
            _unwrapped(page.what_happened),
            f"{_unwrapped(page.why_it_matters)}\n\n{_unwrapped(page.how_to_fix)}",
        )
    return {
        "id": safe(code, 10),
        "name": name,
        "shortDescription": {"text": summary[:_LONGEST_DESCRIPTION]},
        "fullDescription": {"text": what[:_LONGEST_DESCRIPTION]},
        "help": {"text": aid},
    }


def _result(document: Json, finding: Json, codes: Sequence[str]) -> dict[str, Any]:
    location = finding.get("location") or {}
    code = str(finding.get("code"))
    module, model = safe(location.get("module") or "", 120), safe((document.get("model") or {}).get("name") or "", 200)
    logical = [{"fullyQualifiedName": module, "kind": "module"}] if module else []
    related = [
        _physical(place) | {"id": number, "message": {"text": _message(safe(other.get("label") or "", 80))}}
        for number, other in enumerate((finding.get("related") or [])[:8])
        if (place := places.exact(other.get("location") or {}))
    ]
    return {
        "ruleId": safe(code, 10),
        "ruleIndex": codes.index(code),
        "level": _LEVELS.get(str(finding.get("severity")), "error"),
        "message": {"text": _message(places.report(finding))},
        "locations": [_physical(places.place(document, location)) | ({"logicalLocations": logical} if logical else {})],
        **({"relatedLocations": related} if related else {}),
        **(
            {"partialFingerprints": {FINGERPRINT: safe(finding["fingerprint"], 100)}}
            if "fingerprint" in finding
            else {}
        ),
        **({"baselineState": "unchanged" if phrases.known(finding) else "new"} if "known" in finding else {}),
        **({"suppressions": [_suppression(finding)]} if phrases.muted(finding) else {}),
        "properties": {
            "model": model,
            "op": safe(location.get("op") or "", 80),
            "parameters": [safe(name, 120) for name in (finding.get("parameters") or [])[:100]],
        },
    }


def _suppression(finding: Json) -> dict[str, Any]:
    return {"kind": "external", "status": "accepted", "justification": _message(phrases.muted(finding))}


def _physical(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
    return {"physicalLocation": {"artifactLocation": {"uri": quote(place.path)}, "region": region}}


def _unwrapped(text: str) -> str:
    """A text of several lines as a message: a line for each paragraph."""
    return _message("\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n")))


def _message(text: str) -> str:
    """A text in which nothing is a link or a placeholder, as the standard spells that (3.11.5, 3.11.6)."""
    return _LINK.sub(r"\\[", text).replace("{", "{{").replace("}", "}}")
