from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from whygrad.storage.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'whygrad.db'}")
    database.migrate()
    yield database
    database.close()
