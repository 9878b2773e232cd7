"""RUN006: what a client is told of a job that took its workers down with it."""

from __future__ import annotations

import hashlib
from typing import Any

from whygrad.engine.document import verdict
from whygrad.jobs.diagnosis import empty_document

CODE = "RUN006"


def lost_document(document: dict[str, Any] | None, attempts: int) -> dict[str, Any]:
    """The document as far as it came, with the finding that nobody could finish it."""
    known, finding = empty_document() | (document or {}), _finding(attempts)
    findings = [*known["findings"], finding]
    judged = verdict((found["code"], found["severity"]) for found in findings)
    return known | {
        "verdict": judged,
        "headline": finding["title"] if judged == "undetermined" else known["headline"],
        "findings": findings,
        "findings_total": known["findings_total"] + 1,
    }


def _finding(attempts: int) -> dict[str, Any]:
    return {
        "code": CODE,
        "name": "lost",
        "severity": "error",
        "title": "no worker could finish this diagnosis",
        "message": f"The worker that ran this program ended without a word, {attempts} times. The service gave it up.",
        "location": None,
        "operands": [],
        "parameters": [],
        "related": [],
        "chain": [f"{attempts} workers took this job, and each was gone before the job was done"],
        "fix": {
            "summary": "Send it again; if it is lost again, look at the worker's log and at the machine's memory.",
            "before": None,
            "after": None,
            "verified": None,
            "evidence": None,
        },
        "docs": f"/rules/{CODE}",
        "fingerprint": hashlib.sha256(CODE.encode()).hexdigest(),
    }
