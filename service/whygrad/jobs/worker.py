"""The worker: claims a job, has it examined in the sandbox, stores what came of it, and claims the next."""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import whygrad
from whygrad import logs, sandbox
from whygrad.jobs import examination, graphs, retention
from whygrad.jobs.courier_local import Courier
from whygrad.jobs.presence import SIGN_SECONDS, Presence
from whygrad.jobs.store import Claim, Store
from whygrad.settings import Settings, SettingsError
from whygrad.storage.blobs import Blobs
from whygrad.storage.database import Database, UnusableDatabase

NO_SANDBOX = 3  # the exit status of a worker that never had one
POLL_SECONDS = 0.5
HOLD_SECONDS = 1.0  # a job that is cancelled stops after so long at most

log = logging.getLogger(__name__)


class Abandoned(Exception):  # noqa: N818 - no error: it is what was asked for
    """This worker may or will not go on with its job."""


class Worker:
    """One process that does one job at a time."""

    def __init__(self, settings: Settings) -> None:
        """Connects to nothing yet."""
        self.settings = settings
        self.name = name(os.getpid())
        self.store = Store(Database(settings.database_url), attempts=settings.attempts)
        self.blobs = Blobs(settings.uploads)
        self.courier = Courier(settings.data)
        self.presence = Presence(self.store.database)
        self._signed = self._tidied = -math.inf
        self.facts: dict[str, Any] = {}
        self.ready = False
        self._stopping = False

    def run(self) -> None:
        """Work until `stop`. Raises SandboxError where the sandbox does not work."""
        isolation = sandbox.warm(insecure=self.settings.insecure_no_sandbox)
        self.facts = {"whygrad": whygrad.__version__, "torch": version("torch"), "isolation": asdict(isolation)}
        self.ready = True
        log.info("ready, with programs held by %s", [layer for layer, holds in asdict(isolation).items() if holds])
        while not self._stopping:
            self.show()
            self._tidy()
            claim = self.store.claim(self.name, self.settings.lease_seconds)
            if claim is None:
                self.courier.wait(POLL_SECONDS)
            else:
                self._do(claim)
        self.presence.leave(self.name)
        sandbox.close()

    def show(self) -> None:
        """Let the others know that this worker lives."""
        if time.monotonic() - self._signed > SIGN_SECONDS:
            self._signed = time.monotonic()
            self.presence.sign(self.name, self.facts)

    def stop(self) -> None:
        """End soon: a job that is under way goes back to the queue."""
        self._stopping = True

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied > retention.PAUSE_SECONDS:
            self._tidied = time.monotonic()
            if gone := retention.tidy(self.store, self.blobs, self.settings.keep_unused_seconds):
                log.info("%d uploads of no diagnosis deleted", gone)

    def _do(self, claim: Claim) -> None:
        job, started = claim.diagnosis.id, time.monotonic()
        try:
            document, graph = self._examined(claim)
        except Abandoned:
            self.store.release(claim)
            log.info("job %s left", job)
            return
        kept = self.store.finish(claim, document, graph)
        elapsed = (time.monotonic() - started) * 1000
        log.info("job %s %s in %d ms: %s", job, "done" if kept else "lost", elapsed, document.get("headline"))

    def _examined(self, claim: Claim) -> tuple[dict[str, Any], bytes | None]:
        """What came of a job, and the graph that belongs to it."""
        job, lease = claim.diagnosis, _Lease(self, claim)
        upload = self.blobs.path(job.model_sha256)
        limits = _limits(self.settings)
        if job.kind == "describe":
            return examination.describe(upload, limits=limits, pulse=lease.hold), None
        drawn: list[bytes] = []
        document = examination.examine(
            upload,
            job.request,
            limits=limits,
            on_document=lambda document: lease.keep(self.store.report(claim, document)),
            on_graph=lambda graph: drawn.append(graphs.packed(graph)),
            pulse=lease.hold,
        )
        return document, drawn[0] if drawn else None

    @property
    def stopping(self) -> bool:
        """True once `stop` was called."""
        return self._stopping


class _Lease:
    """Renewed in time while the job is under way."""

    def __init__(self, worker: Worker, claim: Claim) -> None:
        self.worker = worker
        self.claim = claim
        self.seconds = worker.settings.lease_seconds
        self.pause = min(self.seconds / 3, HOLD_SECONDS)
        self.renewed = time.monotonic()

    def hold(self) -> None:
        """Raise Abandoned where the worker stops, or the job is no longer its own."""
        if self.worker.stopping:
            raise Abandoned
        self.worker.show()
        if time.monotonic() - self.renewed > self.pause:
            self.renewed = time.monotonic()
            self.keep(self.worker.store.renew(self.claim, self.seconds))

    def keep(self, held: bool) -> None:
        """Raise Abandoned where the store said that the job is not held any more."""
        if not held:
            raise Abandoned


def _limits(settings: Settings) -> sandbox.Limits:
    return sandbox.Limits(
        settings.job_seconds, settings.job_memory_bytes, settings.job_cpu_seconds, settings.job_result_bytes
    )


def name(pid: int) -> str:
    """What the worker with this process id calls itself in the table."""
    return f"{socket.gethostname()}:{pid}"


def main() -> int:
    """Work with the settings of the environment until SIGTERM; the exit status."""
    logs.configure()
    try:
        settings = Settings.from_environment()
        Database(settings.database_url).migrate()
        worker = Worker(settings)
    except (SettingsError, UnusableDatabase) as error:
        log.error("%s", error)
        return 1
    try:
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: worker.stop())
        worker.run()
    except sandbox.SandboxError as error:
        log.error("%s", error)
        return 1 if worker.ready else NO_SANDBOX
    except Exception:
        log.exception("this worker cannot go on")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
