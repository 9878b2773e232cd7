from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.processes import children_of, runs

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.diagnosis import Diagnosis
from whygrad.jobs.presence import Presence
from whygrad.jobs.store import Kind, Store
from whygrad.settings import Settings
from whygrad.storage.blobs import Blobs
from whygrad.storage.database import Database

Until = Callable[[Callable[[], bool]], None]

INPUT = {"shape": [2, 4], "dtype": "float32", "fill": "normal", "low": 0, "high": 2, "requires_grad": False}


class Site:
    """A data folder, and the workers on it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(Database(settings.database_url))
        self.blobs = Blobs(settings.uploads)
        self.courier = Courier(settings.data)
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_worker(self, **changed: Any) -> subprocess.Popen[bytes]:
        environment = replace(self.settings, **changed).environment()
        worker = subprocess.Popen([sys.executable, "-m", "whygrad.jobs.worker"], env=environment)
        self.workers.append(worker)
        return worker

    def submit(self, program: bytes, kind: Kind = "examine") -> str:
        blob = self.blobs.put(io.BytesIO(program))
        request = {"inputs": [INPUT]}
        job = self.store.submit(
            kind=kind, model_sha256=blob.sha256, model_name="m.pt", model_bytes=blob.bytes, request=request
        )
        self.courier.wake()
        return job.id

    def job(self, id: str) -> Diagnosis:
        job = self.store.get(id)
        assert job is not None
        return job

    def document(self, id: str) -> dict[str, Any]:
        document = self.job(id).document
        assert document is not None
        return document

    def done(self, id: str) -> Callable[[], bool]:
        return lambda: self.store.status(id) == "done"

    def running(self, id: str) -> Callable[[], bool]:
        return lambda: self.store.status(id) == "running"


@contextmanager
def opened(settings: Settings) -> Iterator[Site]:
    site = Site(settings)
    site.store.database.migrate()
    try:
        yield site
    finally:
        for worker in site.workers:
            worker.terminate()
            worker.wait(10)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One without a worker."""
    with opened(Settings(data=tmp_path, job_seconds=60, lease_seconds=1)) as site:
        yield site


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One with a worker that outlives all tests; its lease is long."""
    with opened(Settings(data=tmp_path_factory.mktemp("busy"), job_seconds=1.5, lease_seconds=600)) as site:
        site.start_worker()
        yield site


def test_jobs_are_done_as_they_come(busy: Site, healthy: bytes, endless: bytes, until: Until) -> None:
    first, described = busy.submit(healthy), busy.submit(healthy, kind="describe")
    hangs, after = busy.submit(endless), busy.submit(healthy)
    until(busy.done(after))
    assert busy.document(first)["verdict"] == busy.document(after)["verdict"] == "healthy"
    assert busy.document(described)["methods"][0]["name"] == "forward"
    document = busy.document(hangs)
    assert document["verdict"] == "undetermined"
    assert [finding["code"] for finding in document["findings"]] == ["RUN001"]
    assert document["findings"][0]["location"]["op"].startswith("aten::add")


def test_what_a_killed_worker_was_at_is_done_by_the_next(site: Site, endless: bytes, until: Until) -> None:
    killed = site.start_worker()
    job = site.submit(endless)
    until(site.running(job))
    (zygote,) = _zygote_with_a_child(killed.pid, until)
    (child,) = children_of(zygote)
    site.start_worker(job_seconds=1)
    killed.kill()
    until(lambda: not runs(zygote) and not runs(child))
    until(site.done(job))
    assert site.job(job).attempts == 2
    assert site.document(job)["findings"][0]["code"] == "RUN001"


def test_a_worker_that_is_told_to_stop_gives_its_job_back(site: Site, endless: bytes, until: Until) -> None:
    worker = site.start_worker()
    job = site.submit(endless)
    until(site.running(job))
    (zygote,) = _zygote_with_a_child(worker.pid, until)
    worker.terminate()
    assert worker.wait(10) == 0
    assert not runs(zygote)
    assert (site.job(job).status, site.job(job).attempts) == ("queued", 0)


def test_a_cancelled_job_is_stopped_long_before_its_lease_ends(
    site: Site, healthy: bytes, endless: bytes, until: Until
) -> None:
    site.start_worker(lease_seconds=600)
    hangs, waits = site.submit(endless), site.submit(healthy)
    until(site.running(hangs))
    assert site.store.discard(hangs) == "cancelled"
    until(site.done(waits))
    assert site.store.status(hangs) == "cancelled"


def test_a_vanished_upload_ends_its_job(busy: Site, until: Until) -> None:
    job = busy.store.submit(model_sha256="0" * 64, model_name="m.pt", model_bytes=9, request={"inputs": [INPUT]}).id
    until(busy.done(job))
    assert busy.document(job)["verdict"] == "undetermined"


def _zygote_with_a_child(worker: int, until: Until) -> list[int]:
    until(lambda: any(children_of(zygote) for zygote in children_of(worker)))
    return children_of(worker)


def test_a_worker_is_seen_while_it_works_and_not_afterwards(site: Site, endless: bytes, until: Until) -> None:
    presence = Presence(site.store.database)
    assert not presence.anybody()
    worker = site.start_worker()
    until(presence.anybody)
    until(site.running(site.submit(endless)))
    worker.terminate()
    worker.wait(30)
    assert not presence.anybody()
