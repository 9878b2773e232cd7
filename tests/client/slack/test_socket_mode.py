"""`whygrad slack`: a process of its own, which nobody has to reach, beside a service that knows nothing of Slack."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.client.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.client.slack.socket_mode import SocketMode
from tests.client.slack.test_flows import DETACHED, answered, finished

Until = Callable[[Callable[[], object]], None]


def chatting(folder: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "whygrad_client.cli", "slack"]
    settings = {"WHYGRAD_DATA": str(folder), "WHYGRAD_LEASE_SECONDS": "8"}
    return subprocess.Popen(
        command, env=os.environ | settings | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def socket(slack: FakeSlack) -> Iterator[SocketMode]:
    socket = SocketMode(slack)
    yield socket
    socket.close()


@pytest.fixture
def app(slack: FakeSlack, socket: SocketMode, service: str, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The process, connected."""
    tokens = {"WHYGRAD_SLACK_BOT_TOKEN": BOT_TOKEN, "WHYGRAD_SLACK_APP_TOKEN": APP_TOKEN}
    process = chatting(tmp_path, WHYGRAD_SLACK_API_URL=slack.api_url, WHYGRAD_SERVER=service, **tokens)
    assert socket.connected.wait(30)
    yield process
    process.terminate()
    assert process.wait(30) == 0
    told = process.communicate()[1]
    assert BOT_TOKEN not in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("app")
class TestConnected:
    def test_all_goes_the_same_way(
        self, slack: FakeSlack, socket: SocketMode, until: Until, program: Callable[[str], bytes]
    ) -> None:
        assert socket.send(slack.command("RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 6x1)"))
        slack.messages.clear()
        socket.send(slack.command(""))
        file = {"files": [slack.upload("net.pt", program(DETACHED))]}
        assert socket.send(slack.submission(slack.views[0], shapes={"value": "2x"}, file=file))["errors"]
        assert socket.send(slack.submission(slack.views[0], shapes={"value": "2x4"}, file=file)) is None
        message = answered(slack, until)
        assert "h = h.detach()" in message.shown
        assert not message.has("open")  # no address was set by which people reach the service

        socket.send(slack.press(message, "mute"))
        socket.send(slack.submission(slack.views[1]))
        until(lambda: message.text.startswith("nothing new"))
        socket.send(slack.press(message, "unmute"))
        until(lambda: message.text.startswith("error["))

    def test_an_envelope_that_comes_again_is_the_same(self, slack: FakeSlack, socket: SocketMode, until: Until) -> None:
        payload = slack.command("0" * 32)
        socket.send(payload)
        socket.send(payload, retry=1)
        until(lambda: slack.said())
        socket.send(slack.command("1" * 32))
        until(lambda: len(slack.said()) > 1)
        assert [message.text[:26] for message in slack.said()] == [
            f"There is no diagnosis {digit * 4}" for digit in "01"
        ]

    def test_a_connection_that_slack_ends_is_made_anew(
        self, slack: FakeSlack, socket: SocketMode, until: Until, healthy: bytes
    ) -> None:
        socket.drop()
        until(socket.connected.is_set)
        socket.send(slack.shortcut([slack.upload("net.pt", healthy)]))
        socket.send(slack.submission(slack.views[0], shapes={"value": "2x4"}))
        until(lambda: slack.said() and finished(slack.said()[0]))
        assert slack.said()[0].text.startswith("healthy in net.pt")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "WHYGRAD_SLACK_BOT_TOKEN: is not set"),
        ({"WHYGRAD_SLACK_APP_TOKEN": APP_TOKEN}, "WHYGRAD_SLACK_APP_TOKEN is: whygrad could listen"),
        ({"WHYGRAD_SLACK_BOT_TOKEN": "xoxp-of-a-user"}, "must be a token of Slack that begins with xoxb-"),
        (
            {"WHYGRAD_SLACK_BOT_TOKEN": BOT_TOKEN, "WHYGRAD_SLACK_APP_TOKEN": "xapp-wrong"},
            "Slack refuses the app token (invalid_auth)",
        ),
        ({"WHYGRAD_SLACK_BOT_TOKEN": BOT_TOKEN, "WHYGRAD_SERVER": "ftp://x"}, "is no address of a service"),
    ],
)
def test_what_keeps_it_from_starting_is_told(
    slack: FakeSlack, tmp_path: Path, environment: dict[str, str], told: str
) -> None:
    process = chatting(tmp_path, WHYGRAD_SLACK_API_URL=slack.api_url, **environment)
    said = process.communicate(timeout=30)[1]
    assert (process.returncode, told in said) == (2, True), said
    assert "Traceback" not in said
    assert all(secret not in said for secret in environment.values() if secret.startswith("x"))
