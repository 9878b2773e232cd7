"""Real parts for every test: a database, a store of jobs, and programs made on the spot."""

from __future__ import annotations

import io
import os
import runpy
import secrets
import shutil
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateSchema, DropSchema

from whygrad.jobs.store import Store
from whygrad.storage.database import Database

LONGEST = (
    "tests/cases/test_reported.py",
    "tests/cases/test_beside.py",
    "tests/cases/test_exported.py",
    "tests/cases/test_truths.py",
    "tests/engine/test_cases.py",
    "tests/engine/exported/test_exported.py",
    "tests/test_serve.py",
    "tests/test_docs.py",
    "tests/hostile/test_uploads.py",
    "tests/client/slack/test_hardships.py",
    "tests/client/test_pytest_plugin.py",
    "tests/client/test_cli.py",
    "tests/sandbox/test_parent.py",
    "tests/sandbox/test_attacks.py",
)
"""The files that take longest: begun first, or one process would still be at one of them when the others are done."""

SLOW = (
    "tests/cases/test_beside.py",
    "tests/client/slack/",
    "tests/client/test_checking.py",
    "tests/client/test_cli.py",
    "tests/client/test_configuration.py",
    "tests/client/test_pytest_plugin.py",
    "tests/client/test_terminal.py",
    "tests/engine/axes/",
    "tests/engine/observe/test_long_programs.py",
    "tests/engine/preflight/test_fuzz.py",
    "tests/engine/rules/",
    "tests/jobs/test_worker.py",
    "tests/hostile/",
    "tests/sandbox/test_attacks.py",
    "tests/sandbox/test_parent.py",
    "tests/sandbox/test_staying.py",
    "tests/test_action.py",
    "tests/test_examples.py",
    "tests/test_serve.py",
    "tests/web/dashboard/",
)
"""Services, browsers, sandboxes, fuzzing, programs of each rule, the cases once more: `slow`, for `make test-slow`."""

# there are as many processes as cores: a second thread of torch in each, which waits in a loop, is in the other's way
os.environ["OMP_NUM_THREADS"] = "1"

PROGRAM = """
import torch

class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
"""
HEALTHY = "return self.linear(x)"
ENDLESS = """
y = self.linear(x)
while True:
    y = y + 1
return y
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and put the longest files first; the others keep their order."""
    place = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
    for item in items:
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no row, to be copied: to make one takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "whygrad.db"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """The address of a database that is not there yet."""
    return f"sqlite:///{tmp_path / 'new' / 'whygrad.db'}"


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty schema in the PostgreSQL that WHYGRAD_TEST_POSTGRES names, by default a local one."""
    server = os.environ.get("WHYGRAD_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
    engine, schema = create_engine(server, connect_args={"connect_timeout": 2}), f"whygrad_{secrets.token_hex(8)}"
    try:
        with engine.begin() as connection:
            connection.execute(CreateSchema(schema))
    except OperationalError:
        pytest.skip(f"no PostgreSQL answers at {server}; WHYGRAD_TEST_POSTGRES names another")
    yield f"{server}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(DropSchema(schema, cascade=True))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, of each kind in turn."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def database(address: str, migrated: Path) -> Iterator[Database]:
    """One with every table and no row."""
    database = Database(address)
    if database.is_sqlite:
        file = Path(str(database.url.database))
        file.parent.mkdir()
        shutil.copyfile(migrated, file)
    else:
        database.migrate()
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """Makes the archive of a program with a `linear` of 4 to 3, from the body of its `forward(self, x)`."""
    import torch  # takes a second: only the tests that want a program pay for it

    def make(body: str) -> bytes:
        source, archive = tmp_path_factory.mktemp("program") / "model.py", io.BytesIO()
        source.write_text(PROGRAM + textwrap.indent(body.strip(), " " * 8) + "\n")
        torch.jit.save(torch.jit.script(runpy.run_path(str(source), run_name="model")["Program"]()), archive)
        return archive.getvalue()

    return make


@pytest.fixture(scope="session")
def healthy(program: Callable[[str], bytes]) -> bytes:
    """A program in which every gradient arrives."""
    return program(HEALTHY)


@pytest.fixture(scope="session")
def endless(program: Callable[[str], bytes]) -> bytes:
    """A program that never ends."""
    return program(ENDLESS)


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits for what another process does."""

    def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.01)

    return until
