from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.documents import finding

from whygrad.jobs.idempotency import Idempotency, IdempotencyConflict, InFlight
from whygrad.jobs.store import Claim, Kind, Store, UploadGone
from whygrad.storage.database import Database

SHA = "ab" * 32


def submit(store: Store, *, sha: str = SHA, kind: Kind = "examine", idempotency: Idempotency | None = None) -> str:
    return store.submit(
        model_sha256=sha, model_name="m.pt", model_bytes=9, request={"steps": 2}, kind=kind, idempotency=idempotency
    ).id


def claim(store: Store, lease_seconds: float = 30) -> Claim:
    claim = store.claim("worker", lease_seconds)
    assert claim is not None
    return claim


def finish(store: Store, verdict: str = "healthy", *codes: str) -> str:
    submit(store)
    held = claim(store)
    document: dict[str, Any] = {"verdict": verdict, "findings": [finding(code) for code in codes]}
    assert store.finish(held, document)
    return held.diagnosis.id


def test_a_job_is_queued_run_and_done(store: Store) -> None:
    id = submit(store)
    assert store.status(id) == "queued"
    held = claim(store)
    assert (held.diagnosis.id, held.diagnosis.attempts, store.status(id)) == (id, 1, "running")
    assert store.report(held, {"verdict": "healthy"})
    assert store.renew(held, 30)
    assert store.finish(held, {"verdict": "faulty", "findings": [finding(), finding()]})
    done = store.get(id)
    assert done is not None
    assert done.finished
    assert done.document is not None
    assert done.document["verdict"] == "faulty"
    assert done.created_at <= held.diagnosis.created_at + timedelta(seconds=1)
    assert store.claim("worker", 30) is None


def test_jobs_are_taken_in_their_order(store: Store) -> None:
    ids = [submit(store) for _ in range(3)]
    assert [claim(store).diagnosis.id for _ in range(3)] == ids


def test_an_unknown_job_is_none(store: Store) -> None:
    assert store.get("nothing") is store.status("nothing") is store.discard("nothing") is store.description(SHA) is None


def test_the_next_claim_takes_what_a_dead_worker_left(store: Store) -> None:
    submit(store)
    dead = claim(store, lease_seconds=0)
    heir = claim(store)
    assert heir.diagnosis.id == dead.diagnosis.id
    assert heir.diagnosis.attempts == 2
    assert heir.fence > dead.fence


def test_a_worker_that_lost_its_lease_cannot_write(store: Store) -> None:
    id = submit(store)
    slow = claim(store, lease_seconds=0)
    heir = claim(store)
    assert not store.renew(slow, 30)
    assert not store.report(slow, {"verdict": "faulty"})
    assert not store.finish(slow, {"verdict": "faulty", "findings": [finding()]})
    assert not store.release(slow)
    assert store.finish(heir, {"verdict": "healthy", "findings": []})
    done = store.get(id)
    assert done is not None
    assert done.document == {"verdict": "healthy", "findings": []}
    assert store.page(code="CUT101").items == ()


def test_a_buried_worker_loses_its_lease_at_once(store: Store) -> None:
    submit(store)
    assert store.claim("dead", 3600) is not None
    assert store.bury("another") == 0
    assert store.claim("next", 30) is None
    assert store.bury("dead") == 1
    assert store.claim("next", 30) is not None


def test_a_released_job_counts_no_attempt(store: Store) -> None:
    submit(store)
    assert store.release(claim(store))
    assert claim(store).diagnosis.attempts == 1


def test_nothing_is_called_healthy_before_its_end(store: Store) -> None:
    id = submit(store)
    held = claim(store)
    for verdict, told in (("healthy", None), ("faulty", "faulty")):
        assert store.report(held, {"verdict": verdict, "headline": verdict, "passes": []})
        known, shown = store.get(id), store.progress(id)
        assert known is not None
        assert known.document is not None
        assert shown is not None
        assert (known.document["verdict"], known.document["headline"], shown["headline"]) == (told, told, told)
    assert store.finish(held, {"verdict": "healthy", "findings": []})
    assert [item.verdict for item in store.page().items] == ["healthy"]


def test_a_job_that_takes_every_worker_down_is_lost(store: Store) -> None:
    id = submit(store)
    for _ in range(store.attempts):
        store.report(claim(store, lease_seconds=0), {"verdict": "healthy", "headline": "fine so far", "findings": []})
    assert store.claim("worker", 0) is None
    lost = store.get(id)
    assert lost is not None
    assert lost.status == "lost"
    assert lost.document is not None
    assert lost.document["verdict"] == "undetermined"
    assert [finding["code"] for finding in lost.document["findings"]] == ["RUN006"]
    assert [item.id for item in store.page(verdict="undetermined", code="RUN006").items] == [id]


def test_discarding_cancels_then_deletes(store: Store) -> None:
    id = submit(store)
    held = claim(store)
    assert store.discard(id) == "cancelled"
    assert store.status(id) == "cancelled"
    assert not store.renew(held, 30)
    assert not store.finish(held, {"verdict": "healthy", "findings": []})
    assert store.claim("worker", 30) is None
    assert store.discard(id) == "deleted"
    assert store.get(id) is None


def test_cancelling_leaves_what_is_finished(store: Store) -> None:
    id = submit(store)
    assert store.cancel(id)
    assert not store.cancel(id)
    assert store.status(id) == "cancelled"
    done = submit(store)
    assert store.finish(claim(store), {"verdict": "healthy", "findings": []})
    assert not store.cancel(done)
    assert store.status(done) == "done"
    assert not store.cancel("nothing")


def test_an_upload_is_forgotten_with_the_last_of_its_diagnoses_and_what_describes_it(store: Store) -> None:
    forgotten: list[str] = []
    submit(store, kind="describe")
    first, second = submit(store), submit(store)
    for id in (first, second):
        assert store.discard(id, forget=forgotten.append) == "cancelled"
    assert store.discard(first, forget=forgotten.append) == "deleted"
    assert forgotten == []
    assert store.discard(second, forget=forgotten.append) == "deleted"
    assert forgotten == [SHA]
    assert store.description(SHA) is None
    assert store.discard(second, forget=forgotten.append) is None


def test_an_upload_is_not_forgotten_under_a_job_that_is_made(store: Store) -> None:
    """The new job has asked whether its upload is kept; the last old diagnosis goes at the same moment."""
    first = submit(store)
    assert store.discard(first) == "cancelled"
    asked, forgotten = threading.Event(), list[str]()

    def is_kept(_sha256: str) -> bool:
        asked.set()
        time.sleep(0.2)
        return not forgotten

    making = threading.Thread(
        target=store.submit,
        kwargs={"model_sha256": SHA, "model_name": "m", "model_bytes": 9, "request": {}, "is_kept": is_kept},
    )
    making.start()
    asked.wait(5)
    assert store.discard(first, forget=forgotten.append) == "deleted"
    making.join()
    assert forgotten == []
    assert len(store.page().items) == 1


def test_of_many_who_delete_at_once_one_forgets_the_upload(store: Store) -> None:
    ids, forgotten = [submit(store) for _ in range(4)], list[str]()
    for id in ids:
        assert store.discard(id) == "cancelled"
    with ThreadPoolExecutor(8) as threads:
        ended = list(threads.map(lambda id: store.discard(id, forget=forgotten.append), ids * 2))
    assert (ended.count("deleted"), ended.count(None), forgotten) == (4, 4, [SHA])


def test_one_key_sent_many_times_at_once_is_one_job(store: Store) -> None:
    def send(_number: int) -> str:
        try:
            return submit(store, idempotency=Idempotency("key", "one"))
        except InFlight as error:
            return error.earlier.id

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(send, range(8)))) == 1
    assert len(store.page().items) == 1


def test_no_job_is_made_for_an_upload_that_is_gone(store: Store) -> None:
    with pytest.raises(UploadGone):
        store.submit(model_sha256=SHA, model_name="m.pt", model_bytes=9, request={}, is_kept=lambda _sha256: False)
    assert store.page().items == ()


def test_a_description_is_a_job_that_no_page_shows(store: Store) -> None:
    id = submit(store, kind="describe")
    description = store.description(SHA)
    assert description is not None
    assert description.id == id
    assert store.page().items == ()


def test_the_same_key_gives_the_same_job(store: Store) -> None:
    id = submit(store, idempotency=Idempotency("key", "one"))
    with pytest.raises(InFlight) as caught:
        submit(store, idempotency=Idempotency("key", "one"))
    assert caught.value.earlier.id == id
    store.discard(id)
    assert submit(store, idempotency=Idempotency("key", "one")) == id
    assert submit(store, idempotency=Idempotency("other", "one")) != id
    with pytest.raises(IdempotencyConflict):
        submit(store, idempotency=Idempotency("key", "two"))


def test_a_deleted_diagnosis_frees_its_key(store: Store) -> None:
    id = submit(store, idempotency=Idempotency("key", "one"))
    store.discard(id)
    store.discard(id)
    assert submit(store, idempotency=Idempotency("key", "two")) != id


def test_pages_are_newest_first_and_end(store: Store) -> None:
    ids = [submit(store) for _ in range(5)]
    pages, cursor = [], None
    while True:
        page = store.page(before=cursor, limit=2)
        pages.append([item.id for item in page.items])
        if (cursor := page.next_cursor) is None:
            break
    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]


def test_pages_are_filtered(store: Store) -> None:
    healthy, cut = finish(store), finish(store, "faulty", "CUT101", "SHP701")

    def ids(**filters: Any) -> list[str]:
        return [item.id for item in store.page(**filters).items]

    assert ids(verdict="faulty") == ids(code="SHP701") == ids(code="CUT101", verdict="faulty") == [cut]
    assert ids(code="CUT101", verdict="healthy") == ids(model="cd" * 32) == []
    assert ids(model=SHA) == ids(since=datetime.now(UTC) - timedelta(minutes=1)) == [cut, healthy]
    assert ids(since=datetime.now(UTC) + timedelta(minutes=1)) == []


WORKER = """
import sys
from whygrad.jobs.store import Store
from whygrad.storage.database import Database
store = Store(Database(sys.argv[1]))
while claim := store.claim(sys.argv[2], 60):
    assert store.finish(claim, {"verdict": "healthy", "findings": []})
    print(claim.diagnosis.id)
"""


def test_three_processes_do_every_job_once(store: Store, database: Database) -> None:
    ids = [submit(store) for _ in range(200)]
    command = [sys.executable, "-c", WORKER, str(database.url)]
    workers = [subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE, text=True) for number in range(3)]
    done = [id for worker in workers for id in worker.communicate(timeout=60)[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert Counter(done) == Counter(ids)
