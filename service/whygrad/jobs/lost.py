"""What a client is told of a job that took its workers down with it."""

from __future__ import annotations

from typing import Any

from whygrad.engine.ending import diagnose_ending
from whygrad.engine.observation import Ending
from whygrad.jobs.diagnosis import empty_document


def lost_document(document: dict[str, Any] | None, attempts: int) -> dict[str, Any]:
    """The document as far as it came, with the finding that nobody could finish it."""
    known = None if document is None else empty_document() | document
    return diagnose_ending(known, Ending("lost", attempts=attempts))
