"""A sender whose outbox fails it, or that dies between doing a thing and noting it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.client.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.client.slack.test_flows import finished
from tests.client.slack.workspace import CHANNEL

from whygrad.engine.shapes import parse_shapes
from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Claim, Outbox
from whygrad.storage.database import Database
from whygrad.storage.tables import outbox
from whygrad_client import Report
from whygrad_client.slack.backend import Backend
from whygrad_client.slack.methods import web_client
from whygrad_client.slack.sender import Sender
from whygrad_client.slack.tasks import Conversation, Source, Task

Until = Callable[[Callable[[], object]], None]


class Failing(Outbox):
    """An outbox that can be reached only at the second try, whatever is done."""

    def __init__(self, database: Database, courier: Courier) -> None:
        super().__init__(database, courier)
        self.failed: set[str] = set()
        self.claimed: list[str] = []
        self.renewed = threading.Event()
        self.meanwhile: dict[str, Callable[[], None]] = {}

    def claim(self, lease_seconds: float) -> Claim | None:
        claim = super().claim(lease_seconds)
        self.claimed += [claim.key] if claim else []
        return claim

    def renew(self, claim: Claim, lease_seconds: float) -> bool:
        self.fail("renew")
        self.renewed.set()
        return super().renew(claim, lease_seconds)

    def keep(self, claim: Claim, task: dict[str, Any]) -> bool:
        self.fail(f"keep {task['do']}")
        return super().keep(claim, task)

    def fail(self, what: str) -> None:
        if what not in self.failed:
            self.failed.add(what)
            self.meanwhile.get(what, lambda: None)()
            raise OSError("the disk is full")


@pytest.fixture
def tasks(tmp_path: Path, sqlite: str) -> Failing:
    database = Database(sqlite)
    database.migrate()
    return Failing(database, Courier(tmp_path))


@contextmanager
def working(tasks: Outbox, slack: FakeSlack, backend: Backend, **settings: float) -> Iterator[None]:
    """A sender, until the end of the `with`."""
    sender = Sender(tasks, web_client(BOT_TOKEN, slack.api_url), backend, **settings)  # type: ignore[arg-type]
    thread = threading.Thread(target=sender.run)
    thread.start()
    try:
        yield
    finally:
        sender.stop()
        thread.join(timeout=30)
    assert not thread.is_alive()


def test_a_task_of_another_version_is_given_up(tasks: Failing, slack: FakeSlack, until: Until) -> None:
    tasks.put("slack:1", {"do": "run", "conversation": {"channel": "C1", "of_tomorrow": 1}, "source": {}})
    with working(tasks, slack, Backend("http://127.0.0.1:9")):
        until(lambda: tasks.database.read(lambda connection: connection.execute(outbox.select()).one().due_at) is None)


def test_a_lease_that_could_not_be_renewed_is_renewed_again(tasks: Failing, slack: FakeSlack, until: Until) -> None:
    class Slow(Backend):
        def get(self, id: str, *, wait: float = 0) -> Report:
            tasks.renewed.wait(30 + wait)
            return Report.read({"id": id, "status": "done", "verdict": "healthy", "headline": "all is well"})

    tasks.put("slack:1", Task("follow", Conversation(CHANNEL), diagnosis="a" * 32).json())
    with working(tasks, slack, Slow("http://127.0.0.1:9"), lease_seconds=6.0):
        until(lambda: slack.said())
    assert (tasks.failed, tasks.claimed) == ({"renew"}, ["slack:1"])


def test_a_sender_that_died_after_it_asked_asks_for_the_same(
    tasks: Failing, slack: FakeSlack, service: str, until: Until, program: Callable[[str], bytes]
) -> None:
    archive = program("return self.linear(x) * 2")
    sha256 = hashlib.sha256(archive).hexdigest()

    def diagnosed(**asked: Any) -> None:
        form = {"files": {"model": ("net.pt", archive)}, "data": {"request": json.dumps(asked)}}
        requests.post(f"{service}/diagnose", timeout=30, **form).raise_for_status()  # type: ignore[arg-type]

    diagnosed(inputs=parse_shapes("3x4"), mode="train")
    tasks.meanwhile["keep follow"] = lambda: diagnosed(inputs=parse_shapes("3x4"), mode="eval")
    request = {"inputs": parse_shapes("2x4")}
    tasks.put("slack:1", Task("run", Conversation(CHANNEL), Source(sha256=sha256), request).json())
    with working(tasks, slack, Backend(service), lease_seconds=1.5):
        until(lambda: slack.said() and finished(slack.said()[-1]))
    (said,) = slack.said()
    assert said.text.startswith("healthy in net.pt")
    assert tasks.failed >= {"keep rerun", "keep follow"}
    assert len(requests.get(f"{service}/diagnoses?model={sha256}", timeout=5).json()["diagnoses"]) == 3
