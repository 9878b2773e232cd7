"""What of a diagnosis counts: for an exit status, for a report of tests, for an annotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whygrad.render import phrases

SEVERITIES = ("error", "warning", "note")
NEVER = "never"

Json = Mapping[str, Any]


def judged(document: Json) -> bool:
    """Whether the program could be judged at all."""
    done = document.get("status", "done") == "done"
    return done and document.get("verdict") not in (None, "undetermined") and not _never_begun(document)


def counted(document: Json, fail_on: str) -> list[Json]:
    """The news at or above a severity: what is muted, or in the baseline, is none. None for `never`."""
    severities = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on in SEVERITIES else ()
    return [f for f in document.get("findings") or [] if f.get("severity") in severities and phrases.news(f)]


def _never_begun(document: Json) -> bool:
    """Whether no step was made because of what was sent: an input that was forgotten, or one too many."""
    return any(finding.get("code") == "TYP804" for finding in document.get("findings") or [])
