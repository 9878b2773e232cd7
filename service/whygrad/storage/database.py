"""The database: SQLite in WAL mode by default, any that SQLAlchemy knows by its address."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

Result = TypeVar("Result")

BUSY_MILLISECONDS = 50
PATIENCE_SECONDS = 10.0
MIGRATION_LOCK = 0x77687967


class UnusableDatabase(Exception):  # noqa: N818 - named after what it is about
    """There is no working with this database: why, and what to do."""


class Database:
    """Transactions on one database. An engine connects when it is first used, never before."""

    def __init__(self, url: str) -> None:
        """`url` is an SQLAlchemy address, such as `sqlite:////var/lib/whygrad/whygrad.db`.

        Raises UnusableDatabase where it is none, or of a database whose driver is not installed.
        """
        try:
            self.url = make_url(url)
            self.engine = create_engine(self.url, pool_pre_ping=self.url.get_backend_name() != "sqlite")
        except (SQLAlchemyError, ImportError, ValueError) as error:
            # What is taken for a port may be the rest of a password with an @ in it: it is not told.
            why = "its port is no number" if isinstance(error, ValueError) else error
            raise UnusableDatabase(
                f"The address of the database cannot be used: {why}. It is to be such as "
                "sqlite:////var/lib/whygrad/whygrad.db; without WHYGRAD_DATABASE_URL it is a file in the data folder. "
                "In a password @ is written %40."
            ) from None
        if self.is_sqlite:
            _speak_sqlite(self.engine)
        self._writing = self.engine.execution_options(whygrad_begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        """True for SQLite, which locks the whole file for a writer."""
        return self.url.get_backend_name() == "sqlite"

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns, in one transaction that only reads."""
        return _patiently(self.engine, work)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """What `work` returns, in one transaction; it is run again while another writer holds the database."""
        return _patiently(self._writing, work)

    def alone(self, connection: Connection, name: str) -> None:
        """Until this transaction ends, no other one goes on from here with the same name.

        SQLite has one writer at a time, so there it is so already.
        """
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _number(name)})

    def migrate(self) -> None:
        """Bring the tables to this version. Several processes may call it at once: one of them does it.

        Raises UnusableDatabase where it cannot be reached or is none.
        """
        # Only the process that starts the service migrates; the web process stays small without Alembic.
        from whygrad.storage.migrations import upgrade

        try:
            with self._migrating():
                upgrade(self.engine)
        except (SQLAlchemyError, OSError) as error:
            raise UnusableDatabase(f"The database {self.url!r} cannot be used: {_reason(error)}.") from error

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _migrating(self) -> Iterator[None]:
        if self.is_sqlite:
            folder = Path(self.url.database or "").parent
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "migration.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        else:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
                yield
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})


def _patiently(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Wait in Python, not in SQLite: its own waiting would stop every greenlet of a web process."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with engine.begin() as connection:
                return work(connection)
        except OperationalError as error:
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _number(name: str) -> int:
    """64 bits that stand for a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


def _reason(error: SQLAlchemyError | OSError) -> object:
    if isinstance(error, OSError):
        return error.strerror
    return error.orig if isinstance(error, DBAPIError) else error


def _is_busy(error: OperationalError) -> bool:
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _speak_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transaction of its own; `begin` below does
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("whygrad_begin", "BEGIN"))
