"""Is it what the engine tells? A program that took over its child sends any JSON: only these shapes go on from here."""

from __future__ import annotations

import re
from types import NoneType
from typing import Any

Shape = type | tuple[type, ...] | dict[str, Any] | list[Any]
"""A type, several, the fields of an object, or in brackets that of every item of a list."""

CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
SEVERITIES = ("error", "warning", "note")
VERDICTS = (None, "healthy", "suspect", "faulty", "undetermined")

TEXT = (str, NoneType)
COUNT = (int, NoneType)
NUMBER = (int, float, NoneType)
LOCATION: Shape = {
    "module": TEXT,
    "op": TEXT,
    "file": TEXT,
    "line": COUNT,
    "source": TEXT,
    "stack": [{"file": TEXT, "line": COUNT}],
}
NEAR: dict[str, Shape] = {"context": [{"line": int, "source": str}], "column": int, "offset": int}
"""What a location need not have."""
FINDING: Shape = {
    "code": str,
    "name": str,
    "severity": str,
    "title": str,
    "message": str,
    "location": (dict, NoneType),
    "operands": [{"role": str, "name": TEXT}],
    "parameters": [str],
    "related": [{"label": str, "location": (dict, NoneType)}],
    "chain": [str],
    "fix": (dict, NoneType),
    "docs": str,
    "fingerprint": str,
}
PHASE: Shape = {"completed": bool, "error": (dict, NoneType)}
DIAGNOSIS: Shape = {
    "schema": int,
    "verdict": TEXT,
    "headline": TEXT,
    "findings": [FINDING],
    "findings_total": int,
    "parameters": [{"name": str, "gradient": str, "norm": NUMBER}],
    "parameters_total": int,
    "modules": [{"path": str}],
    "modules_total": int,
    "forward": PHASE,
    "backward": PHASE,
    "passes": [{"name": str, "ran": bool, "why_not": TEXT, "ms": NUMBER}],
    "model": dict,
    "environment": dict,
    "timing": dict,
    "ignored": [dict],
}
REFUSED: Shape = {"what": str, "why": str, "instead": str}
DESCRIPTION: Shape = {"format": str, "refused": (dict, NoneType), "methods": [{"name": str, "arguments": list}]}
ARGUMENT: Shape = {"name": str, "type": str, "required": bool}
CONTENT: Shape = {"parameters": int, "weights": str}
"""What a description of a program has, and that of a file which is none has not."""
FIX: Shape = {"summary": str, "before": TEXT, "after": TEXT, "verified": (bool, NoneType)}


def is_diagnosis(document: dict[str, Any]) -> bool:
    """True where every field of the contract is there and of its type."""
    return (
        fits(document, DIAGNOSIS)
        and document["verdict"] in VERDICTS
        and all(isinstance(ms, NUMBER) for ms in document["timing"].values())
        and all(_is_finding(finding) for finding in document["findings"])
    )


def is_description(document: Any) -> bool:
    """True for what a program says of itself: its methods with their arguments, or why it is none."""
    if not fits(document, DESCRIPTION):
        return False
    refused = document["refused"]
    known = fits(document, CONTENT) if refused is None else fits(refused, REFUSED)
    return known and all(
        fits(method["arguments"], [ARGUMENT]) and _is_recorded(method.get("recorded_inputs"))
        for method in document["methods"]
    )


def _is_recorded(inputs: Any) -> bool:
    return inputs is None or fits(inputs, [dict])


def is_location(location: Any) -> bool:
    """True for a location of the contract."""
    if not fits(location, LOCATION):
        return False
    return all(location.get(name) is None or fits(location[name], shape) for name, shape in NEAR.items())


def _is_finding(finding: dict[str, Any]) -> bool:
    places = [finding["location"], *(related["location"] for related in finding["related"])]
    return (
        CODE.fullmatch(finding["code"]) is not None
        and FINGERPRINT.fullmatch(finding["fingerprint"]) is not None
        and finding["severity"] in SEVERITIES
        and all(place is None or is_location(place) for place in places)
        and (finding["fix"] is None or fits(finding["fix"], FIX))
    )


def fits(value: Any, shape: Shape) -> bool:
    """True where a value has a shape; an object may have more fields."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(name in value and fits(value[name], shape[name]) for name in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    return isinstance(value, shape)
