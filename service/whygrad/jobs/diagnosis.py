"""A job as its row has it, and the document that a client sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

UNFINISHED = ("queued", "running")


@dataclass(frozen=True)
class Diagnosis:
    """One job. `document` is the engine's, as it stands: None until the first pass is through."""

    id: str
    kind: str
    status: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    model_sha256: str
    model_name: str
    model_bytes: int
    request: dict[str, Any]
    document: dict[str, Any] | None
    attempts: int

    @property
    def finished(self) -> bool:
        """True once nothing more will change."""
        return self.status not in UNFINISHED


def view(diagnosis: Diagnosis) -> dict[str, Any]:
    """The whole diagnosis of the contract: the engine's document and what only the service knows."""
    document = empty_document() | (diagnosis.document or {})
    model = {"sha256": diagnosis.model_sha256, "name": diagnosis.model_name, "bytes": diagnosis.model_bytes}
    return document | {
        "id": diagnosis.id,
        "status": diagnosis.status,
        "created_at": iso(diagnosis.created_at),
        "finished_at": iso(diagnosis.finished_at),
        "request": diagnosis.request,
        "model": document["model"] | model,
        "timing": document["timing"] | _timing(diagnosis),
    }


def empty_document() -> dict[str, Any]:
    """A document before the first pass: every field of the contract, and nothing known."""
    nothing_ran = {"completed": False, "error": None}
    return {
        "schema": 1,
        "verdict": None,
        "headline": None,
        "findings": [],
        "findings_total": 0,
        "parameters": [],
        "parameters_total": 0,
        "modules": [],
        "modules_total": 0,
        "forward": dict(nothing_ran),
        "backward": dict(nothing_ran),
        "passes": [],
        "model": {"format": None, "parameters": None, "weights": None},
        "environment": {},
        "timing": {},
        "ignored": [],
    }


def _timing(diagnosis: Diagnosis) -> dict[str, int | None]:
    created = diagnosis.created_at
    return {
        "queued_ms": _milliseconds(created, diagnosis.started_at),
        "total_ms": _milliseconds(created, diagnosis.finished_at),
    }


def _milliseconds(start: datetime, end: datetime | None) -> int | None:
    return None if end is None else (end - start) // timedelta(milliseconds=1)


def iso(moment: datetime | None) -> str | None:
    """A moment in UTC as RFC 3339 writes it, to the millisecond."""
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
