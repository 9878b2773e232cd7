"""The tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """A moment, always with its time zone: SQLite forgets it, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Every moment is kept in UTC, so that SQLite's text compares in the order of time."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Given(TypeDecorator[str]):
    """A text as somebody gave it. PostgreSQL keeps no NUL: everywhere the sign for it stands in its place."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The same for what is kept and for what it is compared with."""
        return None if value is None else value.replace("\0", "\N{SYMBOL FOR NULL}")


Number = BigInteger().with_variant(Integer, "sqlite")

jobs = Table(
    "jobs",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Given(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("finished_at", Utc),
    Column("model_sha256", String(64), nullable=False),
    Column("model_name", Given(255), nullable=False),
    Column("model_bytes", BigInteger, nullable=False),
    Column("request", JSON, nullable=False),
    Column("document", JSON(none_as_null=True)),
    Column("verdict", String(16)),
    Column("headline", Text),
    Column("worker", String(255)),
    Column("lease_until", Utc),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Index(None, "status", "number"),
    Index(None, "model_sha256", "kind"),
    Index(None, "kind", "number", "model_name"),
    Index(None, "kind", "status", "finished_at"),
    Index(None, "kind", "verdict", "number"),
)

findings = Table(
    "findings",
    metadata,
    Column("job", Number, ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("code", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Index(None, "fingerprint", "job", "severity"),
    Index(None, "code", "job"),
)

graphs = Table(
    "graphs",
    metadata,
    Column("job", Number, ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("job", Number, ForeignKey("jobs.number", ondelete="CASCADE"), nullable=False),
    Index(None, "job"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("seen_at", Utc, nullable=False),
    Column("started_at", Utc),
    Column("facts", JSON(none_as_null=True)),
)

mutes = Table(
    "mutes",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("muted_at", Utc, nullable=False),
    Column("muted_by", Given(255), nullable=False),
    Column("reason", Given(1000), nullable=False),
)

upload_links = Table(
    "upload_links",
    metadata,
    Column("id", Given(32), primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("request", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Column("diagnosis", String(32)),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Number, primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("task", JSON, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("due_at", Utc),
    Column("lease_until", Utc),
    Column("fence", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Index(None, "due_at"),
)
