"""Lists of diagnoses: what is told of each without reading its document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Connection, Row, exists, select

from whygrad.jobs.diagnosis import iso
from whygrad.storage.tables import findings, jobs


class Filters(TypedDict, total=False):
    """What a list is narrowed to, joined by `and`.

    `model` is a sha256, `name` a part of a file's name, `before` a cursor, `limit` how many at most.
    """

    verdict: str | None
    code: str | None
    fingerprint: str | None
    model: str | None
    name: str | None
    since: datetime | None
    before: int | None
    limit: int


@dataclass(frozen=True)
class Summary:
    """A diagnosis in a list."""

    id: str
    status: str
    created_at: datetime
    finished_at: datetime | None
    model_sha256: str
    model_name: str
    model_bytes: int
    verdict: str | None
    headline: str | None
    codes: tuple[str, ...]
    """In the order of the findings, the root cause first."""

    def view(self) -> dict[str, Any]:
        """What a client sees of it, in the words of the whole document."""
        return {
            "id": self.id,
            "status": self.status,
            "created_at": iso(self.created_at),
            "finished_at": iso(self.finished_at),
            "verdict": self.verdict,
            "headline": self.headline,
            "codes": list(self.codes),
            "model": {"sha256": self.model_sha256, "name": self.model_name, "bytes": self.model_bytes},
        }


@dataclass(frozen=True)
class Page:
    """Some diagnoses, newest first; `next_cursor` is the `before` of the next page, None on the last one."""

    items: tuple[Summary, ...]
    next_cursor: int | None


COLUMNS = tuple(jobs.c[name] for name in Summary.__dataclass_fields__ if name != "codes")


def page(connection: Connection, filters: Filters) -> Page:
    """The newest diagnoses that the filters leave."""
    limit = filters.get("limit", 20)
    newest = select(jobs.c.number, *COLUMNS).where(*_wanted(filters)).order_by(jobs.c.number.desc()).limit(limit + 1)
    rows = connection.execute(newest).all()
    more, rows = len(rows) > limit, rows[:limit]
    codes = _codes(connection, [row.number for row in rows])
    items = tuple(_summary(row, tuple(codes.get(row.number, ()))) for row in rows)
    return Page(items, rows[-1].number if more else None)


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    verdict, model, name = filters.get("verdict"), filters.get("model"), filters.get("name")
    code, fingerprint = filters.get("code"), filters.get("fingerprint")
    since, before = filters.get("since"), filters.get("before")
    wanted: list[ColumnElement[bool] | None] = [
        jobs.c.kind == "examine",
        None if verdict is None else jobs.c.verdict == verdict,
        None if model is None else jobs.c.model_sha256 == model,
        None if name is None else jobs.c.model_name.icontains(name, autoescape=True),
        None if code is None else _found(findings.c.code == code),
        None if fingerprint is None else _found(findings.c.fingerprint == fingerprint),
        None if since is None else jobs.c.created_at >= since,
        None if before is None else jobs.c.number < before,
    ]
    return [clause for clause in wanted if clause is not None]


def _found(wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(findings.c.job == jobs.c.number, wanted)


def _codes(connection: Connection, numbers: list[int]) -> dict[int, list[str]]:
    """The codes of each job, each code once."""
    ranked = select(findings.c.job, findings.c.code).where(findings.c.job.in_(numbers))
    codes: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for row in connection.execute(ranked.order_by(findings.c.job, findings.c.position)):
        codes[row.job][row.code] = None
    return {job: list(found) for job, found in codes.items()}


def _summary(row: Row[Any], codes: tuple[str, ...]) -> Summary:
    return Summary(**{column.name: row._mapping[column.name] for column in COLUMNS}, codes=codes)
