"""Is it a diagnosis? A program that took over its child can send any JSON; nothing but this shape goes on from here."""

from __future__ import annotations

import re
from types import NoneType
from typing import Any

Types = type | tuple[type, ...]

CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
VERDICTS = (None, "healthy", "suspect", "faulty", "undetermined")

TEXT = (str, NoneType)
DIAGNOSIS: dict[str, Types] = {
    "schema": int,
    "verdict": TEXT,
    "headline": TEXT,
    "findings": list,
    "parameters": list,
    "modules": list,
    "forward": dict,
    "backward": dict,
    "passes": list,
    "model": dict,
    "environment": dict,
    "timing": dict,
    "ignored": list,
}
FINDING: dict[str, Types] = {
    "code": str,
    "name": str,
    "severity": str,
    "title": str,
    "message": str,
    "location": (dict, NoneType),
    "operands": list,
    "parameters": list,
    "related": list,
    "chain": list,
    "fix": (dict, NoneType),
    "docs": str,
    "fingerprint": str,
}
LOCATION: dict[str, Types] = {
    "module": TEXT,
    "op": TEXT,
    "file": TEXT,
    "line": (int, NoneType),
    "source": TEXT,
    "stack": list,
}


def is_diagnosis(document: dict[str, Any]) -> bool:
    """True where every field of the contract is there and of its type."""
    return (
        _has(document, DIAGNOSIS)
        and document["verdict"] in VERDICTS
        and all(_is_finding(finding) for finding in document["findings"])
    )


def is_location(location: Any) -> bool:
    """True for a location of the contract."""
    return _has(location, LOCATION)


def _is_finding(finding: Any) -> bool:
    if not _has(finding, FINDING) or not CODE.fullmatch(finding["code"]):
        return False
    return finding["location"] is None or is_location(finding["location"])


def _has(value: Any, shape: dict[str, Types]) -> bool:
    return isinstance(value, dict) and all(name in value and isinstance(value[name], shape[name]) for name in shape)
