"""Every finding by its fingerprint, in place of the codes alone; the headline beside the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

AT_ONCE = 100
"""Documents that are held in memory together; each has a megabyte at most."""

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

jobs = sa.table(
    "jobs",
    sa.column("number", number),
    sa.column("kind", sa.String),
    sa.column("status", sa.String),
    sa.column("document", sa.JSON),
    sa.column("headline", sa.Text),
)
findings = sa.table(
    "findings",
    sa.column("job", number),
    sa.column("fingerprint", sa.String),
    sa.column("position", sa.Integer),
    sa.column("code", sa.String),
    sa.column("severity", sa.String),
    sa.column("title", sa.Text),
)


def upgrade() -> None:
    """Make the table, fill it from the documents that there are, and drop the codes."""
    op.create_table(
        "findings",
        sa.Column("job", number, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.number"], name="fk_findings_job_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "fingerprint", name="pk_findings"),
    )
    op.create_index("ix_findings_fingerprint_job_severity", "findings", ["fingerprint", "job", "severity"])
    op.create_index("ix_findings_code_job", "findings", ["code", "job"])
    op.add_column("jobs", sa.Column("headline", sa.Text()))
    op.create_index("ix_jobs_kind_verdict_number", "jobs", ["kind", "verdict", "number"])
    op.create_index("ix_jobs_kind_number", "jobs", ["kind", "number"])
    op.drop_index("ix_jobs_kind_created_at", "jobs")
    _fill(op.get_bind())
    op.drop_table("job_codes")


def _fill(connection: sa.Connection) -> None:
    """Documents may be large, so they are read a few at a time."""
    told = jobs.update().where(jobs.c.number == sa.bindparam("job")).values(headline=sa.bindparam("told"))
    for rows in _documents(connection):
        connection.execute(told, [{"job": row.number, "told": row.document.get("headline")} for row in rows])
        ended = [row for row in rows if row.status in ("done", "lost")]
        if found := [finding for row in ended for finding in _found(row.number, row.document)]:
            connection.execute(findings.insert(), found)


def _documents(connection: sa.Connection) -> Iterator[Sequence[Any]]:
    known = sa.select(jobs.c.number, jobs.c.status, jobs.c.document).order_by(jobs.c.number).limit(AT_ONCE)
    known = known.where(jobs.c.kind == "examine", jobs.c.document.is_not(None))
    last = 0
    while rows := connection.execute(known.where(jobs.c.number > last)).all():
        yield rows
        last = rows[-1].number


def _found(job: int, document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each finding once; what a program forged in its own diagnosis before that was refused is cut to size."""
    known = set()
    for position, finding in enumerate(document.get("findings") or []):
        fingerprint = str(finding.get("fingerprint", ""))[:64]
        if fingerprint not in known:
            known.add(fingerprint)
            yield {
                "job": job,
                "fingerprint": fingerprint,
                "position": position,
                "code": str(finding.get("code", ""))[:16],
                "severity": str(finding.get("severity", ""))[:16],
                "title": str(finding.get("title", "")),
            }
