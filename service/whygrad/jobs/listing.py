"""Lists of diagnoses: what is told of each without reading its document."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Connection, Row, exists, select

from whygrad.jobs.diagnosis import iso
from whygrad.storage.tables import job_codes, jobs


class Filters(TypedDict, total=False):
    """What a list is narrowed to, joined by `and`; `model` is a sha256, `before` a cursor, `limit` how many at most."""

    verdict: str | None
    code: str | None
    model: str | None
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


PLAIN = ("id", "status", "created_at", "finished_at", "model_sha256", "model_name", "model_bytes", "verdict")


def page(connection: Connection, filters: Filters) -> Page:
    """The newest diagnoses that the filters leave."""
    limit = filters.get("limit", 20)
    columns = [
        jobs.c.number,
        *(jobs.c[name] for name in PLAIN),
        jobs.c.document["headline"].as_string().label("headline"),
    ]
    statement = select(*columns).where(*_wanted(filters)).order_by(jobs.c.number.desc()).limit(limit + 1)
    rows = connection.execute(statement).all()
    more, rows = len(rows) > limit, rows[:limit]
    codes = _codes(connection, [row.number for row in rows])
    items = tuple(_summary(row, tuple(codes[row.number])) for row in rows)
    return Page(items, rows[-1].number if more else None)


def _wanted(filters: Filters) -> list[ColumnElement[bool]]:
    verdict, code, model = filters.get("verdict"), filters.get("code"), filters.get("model")
    since, before = filters.get("since"), filters.get("before")
    wanted: list[ColumnElement[bool] | None] = [
        jobs.c.kind == "examine",
        None if verdict is None else jobs.c.verdict == verdict,
        None if model is None else jobs.c.model_sha256 == model,
        None if code is None else exists().where(job_codes.c.job == jobs.c.number, job_codes.c.code == code),
        None if since is None else jobs.c.created_at >= since,
        None if before is None else jobs.c.number < before,
    ]
    return [clause for clause in wanted if clause is not None]


def _codes(connection: Connection, numbers: list[int]) -> dict[int, list[str]]:
    statement = select(job_codes.c.job, job_codes.c.code).where(job_codes.c.job.in_(numbers)).order_by(job_codes.c.code)
    codes = defaultdict(list)
    for row in connection.execute(statement):
        codes[row.job].append(row.code)
    return codes


def _summary(row: Row[Any], codes: tuple[str, ...]) -> Summary:
    return Summary(**{name: row._mapping[name] for name in (*PLAIN, "headline")}, codes=codes)
