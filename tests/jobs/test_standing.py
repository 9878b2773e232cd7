"""How the service stands, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from tests.documents import finding

from whygrad.jobs.presence import SILENT, Presence
from whygrad.jobs.standing import Pace, Queue, Standing
from whygrad.jobs.store import Kind, Store
from whygrad.storage.database import Database
from whygrad.storage.tables import jobs, workers


@pytest.fixture
def standing(database: Database) -> Standing:
    return Standing(database)


def submit(store: Store, kind: Kind = "examine") -> str:
    return store.submit(model_sha256="a" * 64, model_name="m.pt", model_bytes=9, request={}, kind=kind).id


def test_an_empty_service(standing: Standing) -> None:
    assert standing.queue() == Queue(0, 0, None)
    assert standing.pace() == Pace(0, None, None)
    assert (standing.workers(), standing.failures()) == ([], [])


def test_what_waits_and_what_runs(store: Store, standing: Standing) -> None:
    first, _second = submit(store), submit(store)
    longer_ago = update(jobs).values(created_at=datetime.now(UTC) - timedelta(minutes=2))
    store.database.write(lambda connection: connection.execute(longer_ago))
    Presence(store.database).sign("one", {"torch": "2.13.0"})
    Presence(store.database).sign("two")
    store.claim("one", 30)
    queue = standing.queue()
    assert (queue.queued, queue.running) == (1, 1)
    assert 120 <= (queue.oldest_seconds or 0) < 180
    busy, free = standing.workers()
    assert busy.job is not None
    assert (busy.name, busy.alive, busy.facts, busy.job.id) == ("one", True, {"torch": "2.13.0"}, first)
    assert (free.name, free.facts, free.job) == ("two", {}, None)


def test_one_that_fell_silent_is_shown_as_such(database: Database, standing: Standing) -> None:
    Presence(database).sign("one")
    database.write(lambda connection: connection.execute(update(workers).values(seen_at=datetime.now(UTC) - SILENT)))
    assert [worker.alive for worker in standing.workers()] == [False]


def test_the_last_failures_and_the_pace(store: Store, standing: Standing) -> None:
    for code in ("RUN001", "CUT101", "RUN006"):
        id = submit(store)
        claim = store.claim("one", 30)
        assert claim is not None
        assert store.finish(claim, {"verdict": "undetermined", "findings": [finding(code)]})
    told = standing.failures()
    assert [failure.code for failure in told] == ["RUN006", "RUN001"]
    assert (told[0].id, told[0].title) == (id, "RUN006 in model.py")
    pace = standing.pace()
    assert pace.done == 3
    assert pace.queued_ms is not None
    assert pace.run_ms is not None
