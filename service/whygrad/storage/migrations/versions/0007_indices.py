"""What the page of the operators counts every few seconds is found by an index, and so is a file by its name."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the two; the second does what the one that goes did."""
    op.create_index("ix_jobs_kind_status_finished_at", "jobs", ["kind", "status", "finished_at"])
    op.create_index("ix_jobs_kind_number_model_name", "jobs", ["kind", "number", "model_name"])
    op.drop_index("ix_jobs_kind_number", "jobs")
