"""One-time links: whoever has one may upload a single program, without a key, for as long as it is open."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from whygrad.jobs.diagnosis import iso
from whygrad.storage.database import Database
from whygrad.storage.tables import upload_links

links = upload_links.c
KEPT = timedelta(days=7)
"""How long it is still told what became of a link that is over."""


@dataclass(frozen=True)
class Link:
    """A link as its row has it; its token is told once, to whoever makes it, and kept by nobody."""

    id: str
    request: dict[str, Any]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    diagnosis: str | None

    @property
    def status(self) -> str:
        """`open`, `used` or `expired`."""
        if self.used_at is not None:
            return "used"
        return "open" if self.expires_at > datetime.now(UTC) else "expired"

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return {
            "id": self.id,
            "status": self.status,
            "expires_at": iso(self.expires_at),
            "diagnosis": self.diagnosis,
            "request": self.request,
        }


class Links:
    """The links in a database. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def make(self, request: dict[str, Any], seconds: float) -> tuple[Link, str]:
        """A link that is open for so many seconds, and its token. What is long over is forgotten."""
        now, token = datetime.now(UTC), secrets.token_urlsafe(32)
        link = Link(secrets.token_hex(16), request, now, now + timedelta(seconds=seconds), None, None)
        values = {**vars(link), "token_sha256": _digest(token)}

        def work(connection: Any) -> None:
            connection.execute(delete(upload_links).where(links.expires_at < now - KEPT))
            connection.execute(insert(upload_links).values(**values))

        self.database.write(work)
        return link, token

    def get(self, id: str) -> Link | None:
        """The link, or None."""
        return self._found(links.id == id)

    def behind(self, token: str) -> Link | None:
        """The link with this token, open or not; None where there is none."""
        return self._found(links.token_sha256 == _digest(token))

    def take(self, link: Link) -> Link | None:
        """Use it up; None where somebody else did, or it is no longer open."""
        now = datetime.now(UTC)
        free = and_(links.id == link.id, links.used_at.is_(None), links.expires_at > now)
        statement = update(upload_links).where(free).values(used_at=now)
        taken = self.database.write(lambda connection: connection.execute(statement).rowcount)
        return replace(link, used_at=now) if taken else None

    def settle(self, link: Link, diagnosis: str) -> None:
        """Say which diagnosis it became."""
        self._change(link, diagnosis=diagnosis)

    def release(self, link: Link) -> None:
        """Open it again: nothing came of it."""
        self._change(link, used_at=None)

    def _change(self, link: Link, **values: Any) -> None:
        statement = update(upload_links).where(links.id == link.id).values(**values)
        self.database.write(lambda connection: connection.execute(statement))

    def _found(self, wanted: ColumnElement[bool]) -> Link | None:
        columns = [links[name] for name in Link.__dataclass_fields__]
        row = self.database.read(lambda connection: connection.execute(select(*columns).where(wanted)).first())
        return None if row is None else Link(**row._mapping)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
