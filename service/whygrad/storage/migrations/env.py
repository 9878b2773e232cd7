"""How Alembic reaches the database: on the engine that `upgrade` hands in."""

from __future__ import annotations

from alembic import context

from whygrad.storage.tables import metadata

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
