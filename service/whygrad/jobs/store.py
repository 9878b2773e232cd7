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

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, or_, select, update

from whygrad.jobs import listing
from whygrad.jobs.diagnosis import UNFINISHED, Diagnosis, view
from whygrad.jobs.listing import Filters, Page
from whygrad.jobs.lost import lost_document
from whygrad.storage.database import Database
from whygrad.storage.tables import idempotency_keys, job_codes, jobs

Kind = Literal["examine", "describe"]

COLUMNS = tuple(jobs.c[name] for name in Diagnosis.__dataclass_fields__)


class IdempotencyConflict(Exception):  # noqa: N818 (named as HTTP names it)
    """The key was used before, with another request."""


@dataclass(frozen=True)
class Idempotency:
    """A client's `key`, and a `fingerprint` (sha256 in hex) of all that the request asks for."""

    key: str
    fingerprint: str


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
    ) -> Diagnosis:
        """Queue a job, or give the one that `idempotency` made before.

        Raises IdempotencyConflict where its key belongs to another request.
        """
        values = {
            "kind": kind,
            "model_sha256": model_sha256,
            "model_name": model_name,
            "model_bytes": model_bytes,
            "request": request,
        }

        def work(connection: Connection) -> Diagnosis:
            return _replay(connection, idempotency) or _queue(connection, values, idempotency)

        return self.database.write(work)

    def earlier(self, idempotency: Idempotency) -> Diagnosis | None:
        """The job that this key and request made before, if any. Raises IdempotencyConflict as `submit` does."""
        return self.database.read(lambda connection: _replay(connection, idempotency))

    def get(self, id: str) -> Diagnosis | None:
        """The job, or None where there is none."""
        return self.database.read(lambda connection: _find(connection, jobs.c.id == id))

    def status(self, id: str) -> str | None:
        """Only the status: cheap enough to be asked many times a second."""
        statement = select(jobs.c.status).where(jobs.c.id == id)
        return self.database.read(lambda connection: connection.execute(statement).scalar())

    def description(self, model_sha256: str) -> Diagnosis | None:
        """The newest job that describes this upload (kind `describe`), finished or not."""
        wanted = and_(jobs.c.kind == "describe", jobs.c.model_sha256 == model_sha256)
        return self.database.read(lambda connection: _find(connection, wanted))

    def page(self, **filters: Unpack[Filters]) -> Page:
        """The newest diagnoses, 20 where `limit` says nothing else; what is listed is told in `jobs.listing`."""
        return self.database.read(lambda connection: listing.page(connection, filters))

    def discard(self, id: str) -> Literal["cancelled", "deleted"] | None:
        """Cancel an unfinished job, delete a finished one; None where there is none."""
        ended = {"status": "cancelled", "finished_at": _now(), "lease_until": None, "fence": jobs.c.fence + 1}

        def work(connection: Connection) -> Literal["cancelled", "deleted"] | None:
            unfinished = update(jobs).where(jobs.c.id == id, jobs.c.status.in_(UNFINISHED)).values(**ended)
            if connection.execute(unfinished).rowcount:
                return "cancelled"
            return "deleted" if connection.execute(delete(jobs).where(jobs.c.id == id)).rowcount else None

        return self.database.write(work)

    def model_in_use(self, sha256: str) -> bool:
        """True while a diagnosis of this upload is kept."""
        statement = select(exists().where(jobs.c.kind == "examine", jobs.c.model_sha256 == sha256))
        return bool(self.database.read(lambda connection: connection.execute(statement).scalar()))

    def view(self, diagnosis: Diagnosis) -> dict[str, Any]:
        """The whole document of the contract."""
        return view(diagnosis)

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
        """Show what is known so far; False as for `renew`."""
        return self._change(claim, {"document": document})

    def finish(self, claim: Claim, document: dict[str, Any]) -> bool:
        """The job is done; False, and nothing written, as for `renew`."""
        return self._end(claim, "done", document)

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
            .returning(jobs.c.number, jobs.c.fence, *COLUMNS)
        )
        row = self.database.write(lambda connection: connection.execute(statement).first())
        return None if row is None else Claim(row.number, row.fence, _diagnosis(row))

    def _end(self, claim: Claim, status: str, document: dict[str, Any] | None) -> bool:
        values = {"status": status, "document": document, "finished_at": _now(), "lease_until": None}
        verdict = (document or {}).get("verdict")
        return self._change(
            claim, values | {"verdict": verdict}, lambda connection: _index(connection, claim, document)
        )

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


def _replay(connection: Connection, idempotency: Idempotency | None) -> Diagnosis | None:
    if idempotency is None:
        return None
    keys = idempotency_keys.c
    known = connection.execute(select(keys.fingerprint, keys.job).where(keys.key == idempotency.key)).first()
    if known is None:
        return None
    if known.fingerprint != idempotency.fingerprint:
        raise IdempotencyConflict(idempotency.key)
    return _find(connection, jobs.c.number == known.job)


def _queue(connection: Connection, values: dict[str, Any], idempotency: Idempotency | None) -> Diagnosis:
    identity = {"id": secrets.token_hex(16), "status": "queued", "created_at": _now()}
    row = connection.execute(insert(jobs).values(**identity, **values).returning(jobs.c.number, *COLUMNS)).one()
    if idempotency is not None:
        key = {"key": idempotency.key, "fingerprint": idempotency.fingerprint, "job": row.number}
        connection.execute(insert(idempotency_keys).values(**key))
    return _diagnosis(row)


def _index(connection: Connection, claim: Claim, document: dict[str, Any] | None) -> None:
    codes = sorted({finding["code"] for finding in (document or {}).get("findings", [])})
    if codes:
        connection.execute(insert(job_codes), [{"job": claim.number, "code": code} for code in codes])


def _find(connection: Connection, wanted: ColumnElement[bool]) -> Diagnosis | None:
    row = connection.execute(select(*COLUMNS).where(wanted).order_by(jobs.c.number.desc()).limit(1)).first()
    return None if row is None else _diagnosis(row)


def _diagnosis(row: Row[Any]) -> Diagnosis:
    return Diagnosis(**{name: row._mapping[name] for name in Diagnosis.__dataclass_fields__})


def _now() -> datetime:
    return datetime.now(UTC)
