"""The history of the tables, one file in `versions/` for each change, run by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def upgrade(engine: Engine) -> None:
    """Run every migration that the database has not seen."""
    config = Config()
    config.set_main_option("script_location", "whygrad.storage:migrations")
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
