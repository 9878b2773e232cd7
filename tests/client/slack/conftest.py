"""The real service with Slack mounted on it, against a Slack of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.client.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.client.slack.requesting import SECRET, Http

PUBLIC = "https://grad.example"
SETTINGS = {"WHYGRAD_JOB_SECONDS": "3", "WHYGRAD_LEASE_SECONDS": "8", "WHYGRAD_MAX_UPLOAD_BYTES": "20000000"}


@contextmanager
def serving(folder: Path, slack: FakeSlack, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`whygrad serve` with Slack: the process and its address."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        "WHYGRAD_SLACK_SIGNING_SECRET": SECRET,
        "WHYGRAD_SLACK_BOT_TOKEN": BOT_TOKEN,
        "WHYGRAD_SLACK_API_URL": slack.api_url,
        "WHYGRAD_PUBLIC_URL": PUBLIC,
    }
    command = [sys.executable, "-m", "whygrad.serve", "--bind", "127.0.0.1:0", "--data", str(folder / "data")]
    with (folder / "log").open("a") as log:
        settings = os.environ | SETTINGS | environment | more
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=settings)
    assert process.stdout
    try:
        address = next((line.split()[-1] for line in process.stdout if "listens on" in line), None)
        assert address, (folder / "log").read_text()
        yield process, address
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def workspace() -> Iterator[FakeSlack]:
    """The Slack of this file."""
    slack = FakeSlack()
    yield slack
    slack.close()


@pytest.fixture(scope="module")
def address(workspace: FakeSlack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service listens that this Slack knows."""
    with serving(tmp_path_factory.mktemp("slack"), workspace) as (_process, address):
        yield address


@pytest.fixture
def slack(workspace: FakeSlack) -> Iterator[FakeSlack]:
    """The Slack, forgetful between tests, and content with all that it was told."""
    workspace.messages.clear()
    workspace.views.clear()
    workspace.calls.clear()
    workspace.refusals.clear()
    workspace.revoked, workspace.ahead, workspace.posts_a_second = False, 0.0, None
    yield workspace
    violations = list(workspace.violations)
    workspace.violations.clear()
    assert violations == []


@pytest.fixture
def http(slack: FakeSlack, address: str) -> Http:
    """Slack's requests to the service."""
    return Http(slack, f"{address}/slack/events")
