"""What a worker says of itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add since when it works, and with what."""
    op.add_column("workers", sa.Column("started_at", sa.DateTime(timezone=True)))
    op.add_column("workers", sa.Column("facts", sa.JSON()))
