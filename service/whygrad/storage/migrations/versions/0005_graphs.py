"""The graphs of what was observed, each beside its job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "graphs",
        sa.Column("job", number, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.number"], name="fk_graphs_job_jobs", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", name="pk_graphs"),
    )
