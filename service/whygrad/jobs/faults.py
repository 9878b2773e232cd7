"""Faults: what was found in one diagnosis and in others again, told by the fingerprint of the finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from whygrad.jobs.diagnosis import iso
from whygrad.storage.database import Database
from whygrad.storage.days import day
from whygrad.storage.tables import findings, jobs, mutes

Cursor = tuple[int, str]
"""The last job of a fault, and its fingerprint."""


class FaultFilters(TypedDict, total=False):
    """What faults are narrowed to, joined by `and`; without a severity, errors and warnings.

    `model` is a sha256, `since` the moment after which a fault was seen again, `before` a cursor, `limit` how many at
    most.
    """

    code: str | None
    severity: str | None
    model: str | None
    since: datetime | None
    muted: bool | None
    before: Cursor | None
    limit: int


@dataclass(frozen=True)
class Fault:
    """One fault: how often it was seen, and when; `first` and `latest` are ids of diagnoses.

    `model_name` is that of the latest; `elsewhere` says whether other models have it too.
    """

    fingerprint: str
    code: str
    severity: str
    title: str
    times: int
    first_seen: datetime
    last_seen: datetime
    first: str
    latest: str
    model_name: str
    elsewhere: bool
    muted: bool

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return asdict(self) | {"first_seen": iso(self.first_seen), "last_seen": iso(self.last_seen)}


@dataclass(frozen=True)
class FaultPage:
    """Some faults, those first that were seen last; `next_cursor` is the `before` of the next page."""

    items: tuple[Fault, ...]
    next_cursor: Cursor | None


@dataclass(frozen=True)
class Carrier:
    """A model in which a fault was seen: how often, and the id of the latest diagnosis that found it there."""

    sha256: str
    name: str
    times: int
    latest: str

    def view(self) -> dict[str, Any]:
        """What a client sees of it."""
        return asdict(self)


@dataclass(frozen=True)
class Sightings:
    """How often a code was found, and when last."""

    times: int
    last_seen: datetime


class Faults:
    """The faults in a database of jobs."""

    def __init__(self, database: Database) -> None:
        """Connects to nothing yet."""
        self.database = database

    def page(self, **filters: Unpack[FaultFilters]) -> FaultPage:
        """The faults that the filters leave, 20 where `limit` says nothing else."""
        limit = filters.get("limit", 20)
        rows = self._told(_groups(filters).limit(limit + 1), filters.get("since"))
        shown = rows[:limit]
        cursor = (shown[-1].last, shown[-1].fingerprint) if len(rows) > limit else None
        return FaultPage(tuple(map(_fault, shown)), cursor)

    def get(self, fingerprint: str) -> Fault | None:
        """The fault, or None where no diagnosis has it."""
        rows = self._told(_counted(findings.c.fingerprint == fingerprint))
        return _fault(rows[0]) if rows else None

    def among(self, fingerprints: Iterable[str]) -> Mapping[str, Fault]:
        """Those of these fingerprints that some diagnosis has."""
        rows = self._told(_counted(findings.c.fingerprint.in_(set(fingerprints))))
        return {row.fingerprint: _fault(row) for row in rows}

    def days(self, fingerprint: str, since: datetime) -> dict[str, int]:
        """How many diagnoses of each day (`2026-01-31`, in UTC) had it; a day without any is left out."""
        when = day(jobs.c.created_at)
        counted = (
            select(when, func.count())
            .join_from(findings, jobs, jobs.c.number == findings.c.job)
            .where(findings.c.fingerprint == fingerprint, jobs.c.created_at >= since)
            .group_by(when)
        )
        return self.database.read(lambda connection: {row[0]: row[1] for row in connection.execute(counted)})

    def carriers(self, fingerprint: str, limit: int = 20) -> list[Carrier]:
        """The models that have it, those first in which it was seen last."""
        latest = (
            select(func.count().label("times"), func.max(findings.c.job).label("last"))
            .join_from(findings, jobs, jobs.c.number == findings.c.job)
            .where(findings.c.fingerprint == fingerprint)
            .group_by(jobs.c.model_sha256)
            .subquery()
        )
        newest = select(jobs.c.model_sha256, jobs.c.model_name, latest.c.times, jobs.c.id)
        told = newest.join(latest, jobs.c.number == latest.c.last).order_by(jobs.c.number.desc()).limit(limit)
        return self.database.read(lambda connection: [Carrier(*row) for row in connection.execute(told)])

    def codes(self) -> Mapping[str, Sightings]:
        """Every code that was found, and how often."""
        counted = (
            select(findings.c.code, func.count().label("times"), func.max(findings.c.job).label("last"))
            .group_by(findings.c.code)
            .subquery()
        )
        told = select(counted.c.code, counted.c.times, jobs.c.created_at).join(counted, jobs.c.number == counted.c.last)
        return self.database.read(lambda c: {row[0]: Sightings(row[1], row[2]) for row in c.execute(told)})

    def _told(self, groups: Select[Any], since: datetime | None = None) -> list[Row[Any]]:
        statement = _with_its_words(groups, since)
        return self.database.read(lambda connection: list(connection.execute(statement)))


def _counted(*wanted: ColumnElement[bool]) -> Select[Any]:
    """The fingerprints, how often each was found, and the numbers of the first and the last job that found it."""
    first, last = func.min(findings.c.job).label("first"), func.max(findings.c.job).label("last")
    counted = select(findings.c.fingerprint, func.count().label("times"), first, last)
    return counted.where(*wanted).group_by(findings.c.fingerprint)


def _groups(filters: FaultFilters) -> Select[Any]:
    groups, last = _counted(*_wanted(filters)), func.max(findings.c.job)
    if before := filters.get("before"):
        job, fingerprint = before
        groups = groups.having(or_(last < job, and_(last == job, findings.c.fingerprint > fingerprint)))
    return groups.order_by(last.desc(), findings.c.fingerprint)


def _wanted(filters: FaultFilters) -> list[ColumnElement[bool]]:
    severity, code, model = filters.get("severity"), filters.get("code"), filters.get("model")
    muted = exists().where(mutes.c.fingerprint == findings.c.fingerprint)
    wanted: list[ColumnElement[bool] | None] = [
        findings.c.severity == severity if severity else findings.c.severity != "note",
        findings.c.code == code if code else None,
        findings.c.job.in_(select(jobs.c.number).where(jobs.c.model_sha256 == model)) if model else None,
        {True: muted, False: ~muted, None: None}[filters.get("muted")],
    ]
    return [clause for clause in wanted if clause is not None]


def _with_its_words(groups: Select[Any], since: datetime | None) -> Select[Any]:
    """Each group with what its last finding says, and when and where it was found."""
    counted = groups.cte("counted")
    first, latest, again, other = jobs.alias(), jobs.alias(), findings.alias(), jobs.alias()
    elsewhere = exists().where(
        again.c.fingerprint == counted.c.fingerprint,
        other.c.number == again.c.job,
        other.c.model_sha256 != latest.c.model_sha256,
    )
    told = (
        select(
            counted.c.fingerprint,
            counted.c.times,
            counted.c.last,
            findings.c.code,
            findings.c.severity,
            findings.c.title,
            elsewhere.label("elsewhere"),
            exists().where(mutes.c.fingerprint == counted.c.fingerprint).label("muted"),
            first.c.created_at.label("first_seen"),
            first.c.id.label("first"),
            latest.c.created_at.label("last_seen"),
            latest.c.id.label("latest"),
            latest.c.model_name,
        )
        .join(findings, and_(findings.c.fingerprint == counted.c.fingerprint, findings.c.job == counted.c.last))
        .join(first, first.c.number == counted.c.first)
        .join(latest, latest.c.number == counted.c.last)
        .order_by(counted.c.last.desc(), counted.c.fingerprint)
    )
    return told if since is None else told.where(latest.c.created_at >= since)


def _fault(row: Row[Any]) -> Fault:
    return Fault(**{name: row._mapping[name] for name in Fault.__dataclass_fields__})
