from __future__ import annotations

import threading
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from whygrad.storage.database import Database, UnusableDatabase
from whygrad.storage.tables import metadata


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize(
    "url", ["nonsense", "nosuch://here", "mssql+nodriver://user:secret@here", "postgresql://user:p@a:secret@here"]
)
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
        "0007"
    ]


def test_sqlite_is_opened_for_many_processes(sqlite: str) -> None:
    database = Database(sqlite)
    database.migrate()

    def pragmas(name: str) -> object:
        return database.read(lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar())

    assert [pragmas(name) for name in ("journal_mode", "foreign_keys", "synchronous")] == ["wal", 1, 1]


def test_what_is_done_alone_waits(database: Database) -> None:
    order, holding = [], threading.Event()

    def work(name: str, order_: str) -> None:
        def within(connection: Connection) -> None:
            database.alone(connection, name)
            holding.set()
            time.sleep(0.2 if order_ == "first" else 0)
            order.append(order_)

        database.write(within)

    first = threading.Thread(target=work, args=("one", "first"))
    first.start()
    holding.wait(5)
    work("one", "second")
    first.join()
    assert order == ["first", "second"]


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
