"""Which workers live: each signs the table now and then, who fell silent is gone, and soon forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update

from whygrad.storage.database import Database
from whygrad.storage.tables import workers

SIGN_SECONDS = 5.0
"""A worker signs so often."""
SILENT = timedelta(seconds=4 * SIGN_SECONDS)
FORGOTTEN = timedelta(hours=1)
"""For so long it can be seen that a worker was there and fell silent."""


class Presence:
    """The list of workers in a database."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def sign(self, worker: str, facts: Mapping[str, Any] | None = None) -> None:
        """The worker lives, and can run programs; `facts` is what it says of itself, as JSON has it."""
        now = datetime.now(UTC)

        def work(connection: Connection) -> None:
            connection.execute(delete(workers).where(workers.c.seen_at < now - FORGOTTEN))
            seen = update(workers).where(workers.c.name == worker).values(seen_at=now, facts=facts)
            if not connection.execute(seen).rowcount:
                connection.execute(insert(workers).values(name=worker, seen_at=now, started_at=now, facts=facts))

        self.database.write(work)

    def leave(self, worker: str) -> None:
        """The worker has ended; one that never signed is no error."""
        self.database.write(lambda connection: connection.execute(delete(workers).where(workers.c.name == worker)))

    def anybody(self) -> bool:
        """Whether a worker lives."""
        living = select(exists().where(workers.c.seen_at > datetime.now(UTC) - SILENT))
        return bool(self.database.read(lambda connection: connection.execute(living).scalar()))
