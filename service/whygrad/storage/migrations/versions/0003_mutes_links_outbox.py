"""Findings that are muted, one-time links for uploads, and what is still to be said in a chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "mutes",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("muted_at", moment, nullable=False),
        sa.Column("muted_by", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_mutes"),
    )
    op.create_table(
        "upload_links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment),
        sa.Column("diagnosis", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_upload_links"),
        sa.UniqueConstraint("token_sha256", name="uq_upload_links_token_sha256"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", number, nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("task", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("due_at", moment),
        sa.Column("lease_until", moment),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])
