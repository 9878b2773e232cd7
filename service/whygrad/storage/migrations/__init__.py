"""The history of the tables, one file in `versions/` for each change, run by Alembic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from whygrad.storage.database import Database


def upgrade(database: Database) -> None:
    """Run every migration that this database has not seen."""
    config = Config()
    config.set_main_option("script_location", "whygrad.storage:migrations")
    config.attributes["engine"] = database.engine
    command.upgrade(config, "head")
