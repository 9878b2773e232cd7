"""Faults across diagnoses, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from tests.documents import finding, fingerprint

from whygrad.jobs.faults import Faults
from whygrad.jobs.store import Store
from whygrad.storage.database import Database
from whygrad.storage.tables import jobs

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def faults(database: Database) -> Faults:
    return Faults(database)


def diagnose(store: Store, *findings: dict[str, Any], sha256: str = "a" * 64, at: datetime = NOON) -> str:
    """The id of a diagnosis that found this, made at this moment."""
    job = store.submit(model_sha256=sha256, model_name=f"{sha256[0]}.pt", model_bytes=9, request={})
    claim = store.claim("worker", 30)
    assert claim is not None
    assert store.finish(claim, {"verdict": "faulty", "headline": "told", "findings": list(findings)})
    store.database.write(lambda c: c.execute(update(jobs).where(jobs.c.id == job.id).values(created_at=at)))
    return job.id


def test_a_fault_is_one_however_often_it_is_found(store: Store, faults: Faults) -> None:
    first = diagnose(store, finding(title="as it was told first"))
    diagnose(store)
    latest = diagnose(store, finding("SHP701"), finding(), sha256="b" * 64, at=NOON + timedelta(hours=1))
    cut, shape = faults.page().items
    assert (cut.code, cut.title, cut.times) == ("CUT101", "CUT101 in model.py", 2)
    assert (cut.first, cut.latest, cut.model_name, cut.elsewhere) == (first, latest, "b.pt", True)
    assert (cut.first_seen, cut.last_seen) == (NOON, NOON + timedelta(hours=1))
    assert (shape.code, shape.times, shape.elsewhere) == ("SHP701", 1, False)
    assert faults.get(fingerprint()) == cut
    assert faults.get("0" * 64) is None


def test_one_that_a_diagnosis_names_twice_was_found_in_it_once(store: Store, faults: Faults) -> None:
    diagnose(store, finding(title="the first"), finding(title="the second"))
    (fault,) = faults.page().items
    assert (fault.times, fault.title) == (1, "the first")


def test_the_last_seen_come_first_and_pages_end(store: Store, faults: Faults) -> None:
    diagnose(store, *(finding(place=place) for place in "abc"))
    diagnose(store, *(finding(place=place) for place in "de"))
    places, cursor = [], None
    while True:
        page = faults.page(before=cursor, limit=2)
        places.append([fault.title[-1] for fault in page.items])
        if (cursor := page.next_cursor) is None:
            break
    assert [sorted(place) for place in places[:1]] == [["d", "e"]]
    assert [len(place) for place in places] == [2, 2, 1]
    assert sorted("".join(map("".join, places))) == list("abcde")


def test_they_are_narrowed(store: Store, faults: Faults) -> None:
    diagnose(store, finding(), finding("PAR201", severity="note"), finding("PAR203", severity="warning"))
    diagnose(store, finding("SHP701"), sha256="b" * 64, at=NOON + timedelta(days=1))

    def codes(**filters: Any) -> list[str]:
        return sorted(fault.code for fault in faults.page(**filters).items)

    assert codes() == ["CUT101", "PAR203", "SHP701"]
    assert codes(severity="note") == ["PAR201"]
    assert codes(code="CUT101") == codes(code="CUT101", severity="error") == ["CUT101"]
    assert codes(code="CUT101", severity="warning") == []
    assert codes(model="b" * 64) == codes(since=NOON + timedelta(hours=1)) == ["SHP701"]


def test_what_is_deleted_was_not_seen(store: Store, faults: Faults) -> None:
    first, second = diagnose(store, finding()), diagnose(store, finding())
    store.discard(second)
    (fault,) = faults.page().items
    assert (fault.times, fault.latest) == (1, first)
    store.discard(first)
    assert faults.page().items == ()


def test_its_days_are_those_of_utc(store: Store, faults: Faults) -> None:
    for hours in (0, 11.9, 12, 36, -48):
        diagnose(store, finding(), at=NOON + timedelta(hours=hours))
    days = faults.days(fingerprint(), NOON - timedelta(days=1))
    assert days == {"2026-01-31": 2, "2026-02-01": 1, "2026-02-02": 1}


def test_its_models_are_told_with_the_latest_first(store: Store, faults: Faults) -> None:
    for sha256 in "aba":
        latest = diagnose(store, finding(), sha256=sha256 * 64)
    told = [(carrier.name, carrier.times) for carrier in faults.carriers(fingerprint())]
    assert told == [("a.pt", 2), ("b.pt", 1)]
    assert faults.carriers(fingerprint())[0].latest == latest


def test_how_often_a_code_was_found(store: Store, faults: Faults) -> None:
    diagnose(store, finding(), finding(place="other.py"))
    diagnose(store, finding(), at=NOON + timedelta(hours=1))
    assert faults.codes().keys() == {"CUT101"}
    assert (faults.codes()["CUT101"].times, faults.codes()["CUT101"].last_seen) == (3, NOON + timedelta(hours=1))
