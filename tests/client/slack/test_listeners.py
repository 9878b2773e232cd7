"""What a listener does in its three seconds where Slack itself is slow."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from slack_bolt import App
from slack_bolt.request import BoltRequest
from tests.client.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.client.slack.requesting import ACK_SECONDS
from tests.client.slack.workspace import Json

from whygrad.jobs.courier_local import Courier
from whygrad.jobs.outbox import Outbox
from whygrad.storage.database import Database
from whygrad_client.slack import listeners
from whygrad_client.slack.tasks import Task


@pytest.fixture
def outbox(tmp_path: Path, sqlite: str) -> Outbox:
    database = Database(sqlite)
    database.migrate()
    return Outbox(database, Courier(tmp_path))


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a host that lets nobody in: who connects waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as stack:
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api/"


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack has several addresses, and a client tries one after the other."""
    asked = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: asked(*given, **more) * 3)


@pytest.mark.usefixtures("several")
def test_a_host_that_lets_nobody_in_keeps_no_listener(silent: str, outbox: Outbox) -> None:
    app, slack = listeners.build(outbox, token=BOT_TOKEN, api_url=silent), FakeSlack()
    assert "in time" in acknowledged(app, slack.command(""))
    assert acknowledged(app, slack.shortcut([])) == ""
    slack.close()
    claim = outbox.claim(1.0)
    assert claim is not None
    assert "in time" in Task.read(claim.task).reason


def acknowledged(app: App, payload: Json) -> str:
    began = time.monotonic()
    answer = app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
    assert answer.status == 200
    assert time.monotonic() - began < ACK_SECONDS
    return str(answer.body)
