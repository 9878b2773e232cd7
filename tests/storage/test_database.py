from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from whygrad.storage.database import Database, UnusableDatabase
from whygrad.storage.tables import metadata


def test_the_migrations_make_exactly_the_tables(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'whygrad.db'}")
    database.migrate()
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("url", ["nonsense", "nosuch://here", "mssql+nodriver://user:secret@here"])
def test_an_address_of_no_database_is_told(url: str) -> None:
    with pytest.raises(UnusableDatabase, match="It is to be such as sqlite:") as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_migrating_at_once_and_again_is_harmless(database: Database) -> None:
    threads = [threading.Thread(target=Database(str(database.url)).migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalars().all()) == [
        "0001"
    ]


def test_sqlite_is_opened_for_many_processes(database: Database) -> None:
    def pragmas(name: str) -> object:
        return database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar())

    assert [pragmas(name) for name in ("journal_mode", "foreign_keys", "synchronous")] == ["wal", 1, 1]


def test_a_writer_waits_for_the_other_one(database: Database) -> None:
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        def work(_connection: object) -> None:
            holding.set()
            release.wait(5)

        database.write(work)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait(5)
    threading.Timer(0.15, release.set).start()
    assert Database(str(database.url)).write(lambda c: c.execute(text("DELETE FROM jobs")).rowcount) == 0
    holder.join()
