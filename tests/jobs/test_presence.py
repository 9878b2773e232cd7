from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update

from whygrad.jobs.presence import SILENT, Presence
from whygrad.storage.database import Database
from whygrad.storage.tables import workers


def test_a_worker_that_signs_lives(database: Database) -> None:
    presence = Presence(database)
    assert not presence.anybody()
    for name in ("one", "two", "one"):
        presence.sign(name)
    presence.leave("one")
    assert presence.anybody()
    presence.leave("two")
    presence.leave("never seen")
    assert not presence.anybody()


def test_one_that_fell_silent_does_not(database: Database) -> None:
    presence = Presence(database)
    presence.sign("one")
    database.write(lambda connection: connection.execute(update(workers).values(seen_at=datetime.now(UTC) - SILENT)))
    assert not presence.anybody()
    presence.sign("one")
    assert presence.anybody()
