"""Rows of the table of jobs, read as jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from whygrad.jobs.diagnosis import Diagnosis
from whygrad.storage.tables import jobs

COLUMNS = tuple(jobs.c[name] for name in Diagnosis.__dataclass_fields__)


def find(connection: Connection, wanted: ColumnElement[bool]) -> Diagnosis | None:
    """The newest job for which `wanted` holds."""
    row = connection.execute(select(*COLUMNS).where(wanted).order_by(jobs.c.number.desc()).limit(1)).first()
    return None if row is None else read(row)


def read(row: Row[Any]) -> Diagnosis:
    """The job of a row that has at least the COLUMNS."""
    return Diagnosis(**{name: row._mapping[name] for name in Diagnosis.__dataclass_fields__})


def progress(connection: Connection, id: str) -> dict[str, Any] | None:
    """The status, the verdict, the headline and the passes of a job, or None where there is none."""
    headline, passes = (jobs.c.document[name] for name in ("headline", "passes"))
    told = select(jobs.c.status, jobs.c.verdict, headline.as_string().label("headline"), passes.label("passes"))
    row = connection.execute(told.where(jobs.c.id == id)).first()
    return None if row is None else dict(row._mapping)
