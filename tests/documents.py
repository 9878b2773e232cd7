"""Findings made up, where a test asks what becomes of one and not what it says."""

from __future__ import annotations

from hashlib import sha256
from typing import Any


def finding(code: str = "CUT101", place: str = "model.py", **said: Any) -> dict[str, Any]:
    """A finding of this code; one of the same code in the same place is the same fault."""
    return {
        "code": code,
        "name": "made-up",
        "severity": "error",
        "title": f"{code} in {place}",
        "message": f"{code} in {place}",
        "location": None,
        "operands": [],
        "parameters": [],
        "related": [],
        "chain": [],
        "fix": None,
        "docs": f"/rules/{code}",
        "fingerprint": fingerprint(code, place),
    } | said


def fingerprint(code: str = "CUT101", place: str = "model.py") -> str:
    """What that finding is known by."""
    return sha256(f"{code} {place}".encode()).hexdigest()
