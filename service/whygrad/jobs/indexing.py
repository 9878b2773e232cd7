"""The findings of a finished job as rows, by which lists are filtered and faults are told across diagnoses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from whygrad.storage.tables import findings

TOLD = ("fingerprint", "code", "severity", "title")


def index(connection: Connection, job: int, document: dict[str, Any] | None) -> None:
    """Keep what the document of this job found; of two findings with one fingerprint the first."""
    found = (document or {}).get("findings", [])
    rows = {
        finding["fingerprint"]: {"job": job, "position": position} | {name: finding[name] for name in TOLD}
        for position, finding in reversed(list(enumerate(found)))
    }
    if rows:
        connection.execute(insert(findings), list(rows.values()))
