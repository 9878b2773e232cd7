"""A database of an older version, with what was kept in it, brought up to date."""

from __future__ import annotations

import json
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from tests.documents import finding, fingerprint

from whygrad.jobs.faults import Faults
from whygrad.jobs.store import Store
from whygrad.storage.database import Database

OLD_JOB = text(
    "INSERT INTO jobs (number, id, kind, status, created_at, model_sha256, model_name, model_bytes, request, document,"
    " fence, attempts) VALUES (:number, :id, :kind, :status, '2026-01-31 12:00:00+00:00', 'a', 'm.pt', 9, '{}',"
    " :document, 1, 1)"
)


def test_findings_of_before_are_found_afterwards(address: str) -> None:
    database = migrated(address, "0003")
    keep(database, 1, "done", {"headline": "cut", "findings": [finding(), finding(), finding("SHP701")]})
    keep(database, 2, "running", {"headline": "so far", "findings": [finding()]})
    keep(database, 3, "queued", None)
    keep(database, 4, "done", {"headline": "forged", "findings": [{"fingerprint": "f" * 70, "severity": "s" * 20}]})
    keep(database, 5, "done", {"methods": []}, kind="describe")
    for number in range(6, 260):
        keep(database, number, "done", {"headline": "again", "findings": [finding()]})
    database.migrate()
    store, cut = Store(database), Faults(database).get(fingerprint())
    assert cut is not None
    assert (cut.times, cut.first, cut.title) == (255, f"{1:032}", "CUT101 in model.py")
    first = store.page(before=2).items[0]
    assert (first.headline, first.codes) == ("cut", ("CUT101", "SHP701"))
    assert [item.headline for item in store.page(before=5, limit=3).items] == ["forged", None, "so far"]
    assert Faults(database).get("f" * 64) is not None
    database.close()


def migrated(address: str, revision: str) -> Database:
    """A database as that version left it."""
    database = Database(address)
    with database._migrating():
        config = Config()
        config.set_main_option("script_location", "whygrad.storage:migrations")
        config.attributes["engine"] = database.engine
        command.upgrade(config, revision)
    return database


def keep(database: Database, number: int, status: str, document: Any, kind: str = "examine") -> None:
    """A job in that database."""
    told = None if document is None else json.dumps(document)
    row = {"number": number, "id": f"{number:032}", "kind": kind, "status": status, "document": told}
    database.write(lambda connection: connection.execute(OLD_JOB, row))
