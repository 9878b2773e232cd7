"""Findings that somebody has muted: known, and not to be told as news any more. A mute is of a fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update

from whygrad.jobs.diagnosis import iso
from whygrad.storage.database import Database
from whygrad.storage.tables import mutes

MOST_LISTED = 1000


@dataclass(frozen=True)
class Mute:
    """Who muted what, when and why."""

    fingerprint: str
    muted_at: datetime
    muted_by: str
    reason: str

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return {"fingerprint": self.fingerprint, "at": iso(self.muted_at), "by": self.muted_by, "reason": self.reason}


class Mutes:
    """The mutes in a database. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def put(self, fingerprint: str, *, by: str, reason: str) -> tuple[Mute, bool]:
        """Mute a finding, or say anew who and why; the mute, and whether it is new."""
        mute = Mute(fingerprint, datetime.now(UTC), by, reason)
        values = {name: getattr(mute, name) for name in ("muted_at", "muted_by", "reason")}

        def work(connection: Connection) -> bool:
            self.database.alone(connection, fingerprint)
            if connection.execute(update(mutes).where(mutes.c.fingerprint == fingerprint).values(**values)).rowcount:
                return False
            connection.execute(insert(mutes).values(fingerprint=fingerprint, **values))
            return True

        return mute, self.database.write(work)

    def delete(self, fingerprint: str) -> bool:
        """Let it be told again; False where it was not muted."""
        statement = delete(mutes).where(mutes.c.fingerprint == fingerprint)
        return self.database.write(lambda connection: connection.execute(statement).rowcount) > 0

    def get(self, fingerprint: str) -> Mute | None:
        """The mute of a finding, or None."""
        return next(iter(self._found(mutes.c.fingerprint == fingerprint)), None)

    def all(self) -> list[Mute]:
        """The newest mutes, a thousand at most."""
        return self._found(true(), MOST_LISTED)

    def marked(self, document: dict[str, Any]) -> dict[str, Any]:
        """The diagnosis with a `muted` in every finding: the mute, or None. The verdict stays that of the program."""
        findings = document["findings"]
        wanted = mutes.c.fingerprint.in_({str(finding.get("fingerprint")) for finding in findings})
        known = {mute.fingerprint: mute.view() for mute in self._found(wanted)} if findings else {}
        return document | {"findings": [f | {"muted": known.get(f.get("fingerprint"))} for f in findings]}

    def _found(self, wanted: ColumnElement[bool], limit: int | None = None) -> list[Mute]:
        statement = select(mutes).where(wanted).order_by(mutes.c.muted_at.desc()).limit(limit)
        rows = self.database.read(lambda connection: connection.execute(statement).all())
        return [Mute(**row._mapping) for row in rows]
