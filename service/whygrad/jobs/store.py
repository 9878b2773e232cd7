"""The jobs table is the truth: who has a job, until when, and what came of it.

A claim carries a lease and a fence. A worker that falls silent loses its lease, the next claim takes the job and
raises the fence, and whatever the first one still writes is refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Unpack

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from whygrad.jobs import listing, rows
from whygrad.jobs.diagnosis import UNFINISHED, Diagnosis
from whygrad.jobs.idempotency import Idempotency, remember, replay
from whygrad.jobs.indexing import index
from whygrad.jobs.listing import Filters, Page
from whygrad.jobs.lost import lost_document
from whygrad.storage.database import Database
from whygrad.storage.tables import graphs, jobs

Kind = Literal["examine", "describe"]


class UploadGone(Exception):  # noqa: N818 (it names what happened)
    """The upload of a new job was deleted with the last diagnosis that used it."""


@dataclass(frozen=True)
class Claim:
    """A worker's right to a job, for as long as nobody raised the fence."""

    number: int
    fence: int
    diagnosis: Diagnosis


class Store:
    """Jobs in a database. Every method is one transaction."""

    def __init__(self, database: Database, *, attempts: int = 3) -> None:
        """A job that lost `attempts` workers is given up."""
        self.database = database
        self.attempts = attempts

    def submit(
        self,
        *,
        model_sha256: str,
        model_name: str,
        model_bytes: int,
        request: dict[str, Any],
        idempotency: Idempotency | None = None,
        kind: Kind = "examine",
        is_kept: Callable[[str], bool] = lambda _sha256: True,
    ) -> Diagnosis:
        """Queue a job, or give the finished one that `idempotency` made before.

        Raises InFlight where that one is not finished, IdempotencyConflict where its key belongs to another request,
        and UploadGone where `is_kept` denies the upload: no `discard` comes between that question and the job.
        """
        values = {
            "kind": kind,
            "model_sha256": model_sha256,
            "model_name": model_name,
            "model_bytes": model_bytes,
            "request": request,
        }

        def work(connection: Connection) -> Diagnosis:
            self.database.alone(connection, model_sha256)
            if idempotency:
                self.database.alone(connection, f"Idempotency-Key {idempotency.key}")  # which may look like an upload
            if idempotency and (earlier := replay(connection, idempotency)):
                return earlier
            if not is_kept(model_sha256):
                raise UploadGone(model_sha256)
            return _queue(connection, values, idempotency)

        return self.database.write(work)

    def get(self, id: str) -> Diagnosis | None:
        """The job, or None where there is none."""
        return self.database.read(lambda connection: rows.find(connection, jobs.c.id == id))

    def graph(self, id: str) -> bytes | None:
        """The packed graph of a job, None where there is none."""
        statement = select(graphs.c.content).join(jobs, jobs.c.number == graphs.c.job).where(jobs.c.id == id)
        return self.database.read(lambda connection: connection.execute(statement).scalar())

    def status(self, id: str) -> str | None:
        """Only the status: cheap enough to be asked many times a second."""
        statement = select(jobs.c.status).where(jobs.c.id == id)
        return self.database.read(lambda connection: connection.execute(statement).scalar())

    def progress(self, id: str) -> dict[str, Any] | None:
        """How far a job is: status, verdict, headline and passes, without the rest of its document."""
        return self.database.read(lambda connection: rows.progress(connection, id))

    def description(self, model_sha256: str) -> Diagnosis | None:
        """The newest job that describes this upload (kind `describe`), finished or not."""
        wanted = and_(jobs.c.kind == "describe", jobs.c.model_sha256 == model_sha256)
        return self.database.read(lambda connection: rows.find(connection, wanted))

    def page(self, **filters: Unpack[Filters]) -> Page:
        """The newest diagnoses, 20 where `limit` says nothing else; what is listed is told in `jobs.listing`."""
        return self.database.read(lambda connection: listing.page(connection, filters))

    def cancel(self, id: str) -> bool:
        """Cancel an unfinished job; False where there is none, and a finished one stays as it is."""
        return self.database.write(lambda connection: _cancel(connection, id))

    def discard(
        self, id: str, *, forget: Callable[[str], None] = lambda _sha256: None
    ) -> Literal["cancelled", "deleted"] | None:
        """Cancel an unfinished job, delete a finished one; None where there is none.

        `forget` is called with the upload that no diagnosis uses any more.
        """

        def work(connection: Connection) -> Literal["cancelled", "deleted"] | None:
            if _cancel(connection, id):
                return "cancelled"
            sha256 = connection.execute(select(jobs.c.model_sha256).where(jobs.c.id == id)).scalar()
            if sha256 is None:
                return None
            self.database.alone(connection, sha256)
            if not connection.execute(delete(jobs).where(jobs.c.id == id)).rowcount:
                return None
            _forget(connection, sha256, forget)
            return "deleted"

        return self.database.write(work)

    def used(self) -> frozenset[str]:
        """The uploads that diagnoses use."""
        uploads = select(jobs.c.model_sha256).where(jobs.c.kind == "examine").distinct()
        return self.database.read(lambda connection: frozenset(connection.execute(uploads).scalars()))

    def forget(self, sha256: str, forget: Callable[[str], None]) -> bool:
        """Call `forget` with the upload where no diagnosis uses it; whether that was so."""

        def work(connection: Connection) -> bool:
            self.database.alone(connection, sha256)
            return _forget(connection, sha256, forget)

        return self.database.write(work)

    def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        """The oldest job that nobody works on, or None. It belongs to `worker` until the lease ends."""
        while (claim := self._take(worker, lease_seconds)) is not None:
            if claim.diagnosis.attempts <= self.attempts:
                return claim
            document = lost_document(claim.diagnosis.document, self.attempts)
            self._end(claim, "lost", document if claim.diagnosis.kind == "examine" else None)
        return None

    def renew(self, claim: Claim, lease_seconds: float) -> bool:
        """Keep the job for another lease; False where it was cancelled or went to another worker."""
        return self._change(claim, {"lease_until": _now() + timedelta(seconds=lease_seconds)})

    def report(self, claim: Claim, document: dict[str, Any]) -> bool:
        """Show what is known so far, which calls nothing healthy before its end; False as for `renew`."""
        if document.get("verdict") == "healthy":
            document = document | {"verdict": None, "headline": None}
        return self._change(claim, {"document": document, "headline": document.get("headline")})

    def finish(self, claim: Claim, document: dict[str, Any], graph: bytes | None = None) -> bool:
        """The job is done, with its packed graph; False, and nothing written, as for `renew`."""
        return self._end(claim, "done", document, graph)

    def release(self, claim: Claim) -> bool:
        """Give the job back as if it had not been taken: its worker stops."""
        values = {"status": "queued", "lease_until": None, "worker": None, "attempts": jobs.c.attempts - 1}
        return self._change(claim, values)

    def bury(self, worker: str) -> int:
        """A worker is known to be dead: end its leases now. Gives how many jobs that frees."""
        statement = update(jobs).where(jobs.c.worker == worker, jobs.c.status == "running").values(lease_until=_now())
        return self.database.write(lambda connection: connection.execute(statement).rowcount)

    def _take(self, worker: str, lease_seconds: float) -> Claim | None:
        now = _now()
        free = or_(jobs.c.status == "queued", and_(jobs.c.status == "running", jobs.c.lease_until <= now))
        oldest = select(jobs.c.number).where(free).order_by(jobs.c.number).limit(1).with_for_update(skip_locked=True)
        statement = (
            update(jobs)
            .where(jobs.c.number == oldest.scalar_subquery())
            .values(
                status="running",
                worker=worker,
                started_at=now,
                lease_until=now + timedelta(seconds=lease_seconds),
                fence=jobs.c.fence + 1,
                attempts=jobs.c.attempts + 1,
            )
            .returning(jobs.c.number, jobs.c.fence, *rows.COLUMNS)
        )
        row = self.database.write(lambda connection: connection.execute(statement).first())
        return None if row is None else Claim(row.number, row.fence, rows.read(row))

    def _end(self, claim: Claim, status: str, document: dict[str, Any] | None, graph: bytes | None = None) -> bool:
        values = {"status": status, "document": document, "finished_at": _now(), "lease_until": None}
        told = {name: (document or {}).get(name) for name in ("verdict", "headline")}

        def then(connection: Connection) -> None:
            index(connection, claim.number, document)
            if graph is not None:
                connection.execute(insert(graphs).values(job=claim.number, content=graph))

        return self._change(claim, values | told, then)

    def _change(
        self, claim: Claim, values: dict[str, Any], then: Callable[[Connection], None] = lambda _connection: None
    ) -> bool:
        held = and_(jobs.c.number == claim.number, jobs.c.fence == claim.fence, jobs.c.status == "running")

        def work(connection: Connection) -> bool:
            if not connection.execute(update(jobs).where(held).values(**values)).rowcount:
                return False
            then(connection)
            return True

        return self.database.write(work)


def _queue(connection: Connection, values: dict[str, Any], idempotency: Idempotency | None) -> Diagnosis:
    identity = {"id": secrets.token_hex(16), "status": "queued", "created_at": _now()}
    row = connection.execute(insert(jobs).values(**identity, **values).returning(jobs.c.number, *rows.COLUMNS)).one()
    if idempotency is not None:
        remember(connection, idempotency, row.number)
    return rows.read(row)


def _cancel(connection: Connection, id: str) -> bool:
    ended = {"status": "cancelled", "finished_at": _now(), "lease_until": None, "fence": jobs.c.fence + 1}
    unfinished = update(jobs).where(jobs.c.id == id, jobs.c.status.in_(UNFINISHED)).values(**ended)
    return connection.execute(unfinished).rowcount > 0


def _forget(connection: Connection, sha256: str, forget: Callable[[str], None]) -> bool:
    if _is_used(connection, sha256):
        return False
    connection.execute(delete(jobs).where(jobs.c.model_sha256 == sha256))  # what describes it
    forget(sha256)
    return True


def _is_used(connection: Connection, sha256: str) -> bool:
    diagnoses = exists().where(jobs.c.kind == "examine", jobs.c.model_sha256 == sha256)
    return bool(connection.execute(select(diagnoses)).scalar())


def _now() -> datetime:
    return datetime.now(UTC)
