"""Which workers live: each signs the table now and then, and whoever fell silent is taken for gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, exists, insert, select, update

from whygrad.storage.database import Database
from whygrad.storage.tables import workers

SIGN_SECONDS = 5.0
"""A worker signs so often."""
SILENT = timedelta(seconds=4 * SIGN_SECONDS)


class Presence:
    """The list of workers in a database."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def sign(self, worker: str) -> None:
        """The worker lives, and can run programs."""
        now = datetime.now(UTC)

        def work(connection: Connection) -> None:
            seen = update(workers).where(workers.c.name == worker).values(seen_at=now)
            if not connection.execute(seen).rowcount:
                connection.execute(insert(workers).values(name=worker, seen_at=now))

        self.database.write(work)

    def leave(self, worker: str) -> None:
        """The worker has ended; one that never signed is no error."""
        self.database.write(lambda connection: connection.execute(delete(workers).where(workers.c.name == worker)))

    def anybody(self) -> bool:
        """Whether a worker lives."""
        living = select(exists().where(workers.c.seen_at > datetime.now(UTC) - SILENT))
        return bool(self.database.read(lambda connection: connection.execute(living).scalar()))
