from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select, update

from whygrad.jobs.presence import FORGOTTEN, SILENT, Presence
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


def test_one_that_was_killed_is_forgotten_in_the_end(database: Database) -> None:
    presence = Presence(database)
    presence.sign("killed")
    presence.sign("two")
    long_ago = datetime.now(UTC) - FORGOTTEN - SILENT
    database.write(
        lambda connection: connection.execute(
            update(workers).where(workers.c.name == "killed").values(seen_at=long_ago)
        )
    )
    presence.sign("two")
    assert database.read(lambda connection: connection.execute(select(workers.c.name)).scalars().all()) == ["two"]
