"""How the service stands: what waits, who works on what, what went wrong last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import and_, func, select

from whygrad.jobs.diagnosis import iso
from whygrad.jobs.presence import SILENT
from whygrad.storage.database import Database
from whygrad.storage.tables import findings, jobs, workers

ENDINGS = ("RUN001", "RUN002", "RUN003", "RUN004", "RUN006")
"""The codes of programs that had to be ended, ended badly, or took their workers with them."""
RECENT = 10
SAMPLE = 100


@dataclass(frozen=True)
class Queue:
    """How many jobs wait and run, and how long the oldest of those that wait has waited, in seconds."""

    queued: int
    running: int
    oldest_seconds: float | None


@dataclass(frozen=True)
class Job:
    """What a worker runs: an id, what is done, of which program, and for how many seconds."""

    id: str
    kind: str
    model_name: str
    seconds: float


@dataclass(frozen=True)
class Member:
    """A worker; `alive` is false for one that fell silent. `facts` are its versions and its isolation."""

    name: str
    alive: bool
    seen_at: datetime
    started_at: datetime | None
    facts: Mapping[str, Any]
    job: Job | None

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return asdict(self) | {"seen_at": iso(self.seen_at), "started_at": iso(self.started_at)}


@dataclass(frozen=True)
class Failure:
    """A program that could not be judged, and why: `id` is that of its diagnosis."""

    id: str
    code: str
    title: str
    model_name: str
    finished_at: datetime

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return asdict(self) | {"finished_at": iso(self.finished_at)}


@dataclass(frozen=True)
class Pace:
    """Of the last hour: diagnoses that were done, and the medians of how long they waited and ran, in milliseconds."""

    done: int
    queued_ms: float | None
    run_ms: float | None


class Standing:
    """The standing of the jobs in a database."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def queue(self) -> Queue:
        """What waits and what runs."""
        counted = select(jobs.c.status, func.count(), func.min(jobs.c.created_at)).group_by(jobs.c.status)
        unfinished = counted.where(jobs.c.status.in_(("queued", "running")))
        told = self.database.read(lambda connection: {row[0]: row for row in connection.execute(unfinished)})
        queued = told.get("queued")
        return Queue(
            queued[1] if queued else 0,
            told["running"][1] if "running" in told else 0,
            _since(queued[2]) if queued else None,
        )

    def workers(self) -> list[Member]:
        """Every worker that is not forgotten, with what it runs."""
        running = and_(jobs.c.worker == workers.c.name, jobs.c.status == "running")
        columns = (jobs.c.id, jobs.c.kind, jobs.c.model_name, jobs.c.started_at.label("job_started_at"))
        told = select(*workers.c, *columns).outerjoin_from(workers, jobs, running).order_by(workers.c.name)
        members = {}
        for row in self.database.read(lambda connection: connection.execute(told).all()):
            job = None if row.id is None else Job(row.id, row.kind, row.model_name, _since(row.job_started_at))
            alive = datetime.now(UTC) - row.seen_at < SILENT
            members[row.name] = Member(row.name, alive, row.seen_at, row.started_at, row.facts or {}, job)
        return list(members.values())

    def failures(self) -> list[Failure]:
        """The last programs that could not be judged, newest first."""
        ended = (
            select(jobs.c.id, findings.c.code, findings.c.title, jobs.c.model_name, jobs.c.finished_at)
            .join_from(findings, jobs, jobs.c.number == findings.c.job)
            .where(findings.c.code.in_(ENDINGS))
            .order_by(findings.c.job.desc())
            .limit(RECENT)
        )
        return self.database.read(lambda connection: [Failure(*row) for row in connection.execute(ended)])

    def pace(self) -> Pace:
        """How many diagnoses the last hour saw, and how long the newest of them took."""
        since = datetime.now(UTC) - timedelta(hours=1)
        done = and_(jobs.c.kind == "examine", jobs.c.status == "done", jobs.c.finished_at >= since)
        counted = select(func.count()).select_from(jobs).where(done)
        newest = select(jobs.c.created_at, jobs.c.started_at, jobs.c.finished_at).where(done)
        sample = newest.order_by(jobs.c.number.desc()).limit(SAMPLE)
        count, rows = self.database.read(lambda c: (c.execute(counted).scalar_one(), c.execute(sample).all()))
        waited = [_milliseconds(row.created_at, row.started_at) for row in rows]
        ran = [_milliseconds(row.started_at, row.finished_at) for row in rows]
        return Pace(count, median(waited) if waited else None, median(ran) if ran else None)


def _since(moment: datetime) -> float:
    return round((datetime.now(UTC) - moment).total_seconds(), 1)


def _milliseconds(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(milliseconds=1)
