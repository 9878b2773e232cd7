from __future__ import annotations

from datetime import UTC, datetime, timedelta

from whygrad.jobs.diagnosis import Diagnosis, empty_document, view

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
QUEUED = Diagnosis("1", "examine", "queued", NOON, None, None, "ab", "m.pt", 9, {"steps": 2}, None, 0)


def test_a_queued_job_shows_every_field_of_the_contract() -> None:
    document = view(QUEUED)
    assert document.keys() == empty_document().keys() | {"id", "status", "created_at", "finished_at", "request"}
    assert (document["verdict"], document["findings"], document["finished_at"]) == (None, [], None)
    assert document["model"] == {
        "sha256": "ab",
        "name": "m.pt",
        "bytes": 9,
        "format": None,
        "parameters": None,
        "weights": None,
    }
    assert document["timing"] == {"queued_ms": None, "total_ms": None}


def test_a_finished_job_joins_the_engine_and_the_service() -> None:
    engine = empty_document() | {
        "verdict": "healthy",
        "model": {"format": "torchscript", "parameters": 3, "weights": "present"},
        "timing": {"load_ms": 4},
    }
    times = {"started_at": NOON + timedelta(milliseconds=3), "finished_at": NOON + timedelta(milliseconds=49)}
    document = view(Diagnosis(**vars(QUEUED) | times | {"document": engine, "status": "done"}))
    assert document["created_at"] == "2026-01-02T12:00:00.000Z"
    assert document["finished_at"] == "2026-01-02T12:00:00.049Z"
    assert document["timing"] == {"load_ms": 4, "queued_ms": 3, "total_ms": 49}
    assert document["model"]["format"] == "torchscript"
    assert document["model"]["bytes"] == 9
