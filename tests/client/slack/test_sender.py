from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from slack_sdk import WebClient

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Outbox
from whygrad.storage.database import Database
from whygrad.storage.tables import outbox
from whygrad_client.slack.backend import Backend
from whygrad_client.slack.sender import Sender
from whygrad_client.transport import Transport


def test_a_task_of_another_version_is_given_up(
    tmp_path: Path, sqlite: str, until: Callable[[Callable[[], bool]], None]
) -> None:
    database = Database(sqlite)
    database.migrate()
    tasks = Outbox(database, Courier(tmp_path))
    tasks.put("slack:1", {"do": "run", "conversation": {"channel": "C1", "of_tomorrow": 1}, "source": {}})
    sender = Sender(tasks, WebClient(), Backend(Transport("http://127.0.0.1:9", None, 1.0)))
    working = threading.Thread(target=sender.run)
    working.start()
    until(lambda: database.read(lambda connection: connection.execute(outbox.select()).one().due_at) is None)
    sender.stop()
    working.join(timeout=30)
    assert not working.is_alive()
