"""The page on Slack and the manifest of the app: they say what the code does, and what they tell to do works."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.client.slack.conftest import serving
from tests.client.slack.fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack
from tests.client.slack.requesting import SECRET, Http
from tests.client.slack.socket_mode import SocketMode
from tests.client.slack.test_flows import answered
from tests.client.slack.test_socket_mode import chatting

from whygrad.web.app import bare_app
from whygrad_client.slack import commands, explaining, listeners

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/in-slack.md").read_text()
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "deploy/slack-manifest.yaml").read_text())
SCOPES = {
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.update": {"chat:write"},
    "files_info": {"files:read"},
    "views_open": set(),
    "app.command": {"commands"},
}
"""What the app calls, and the scopes that Slack wants for it."""

Until = Callable[[Callable[[], object]], None]


def settings(name: str) -> dict[str, str]:
    """The variables in a file of the page."""
    (text,) = re.findall(rf"<!-- run: file {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return dict(line.split("=", 1) for line in text.splitlines())


def ours(told: dict[str, str]) -> dict[str, str]:
    """The secrets of our own Slack in the place of those that the page makes up."""
    secrets = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    return {f"WHYGRAD_{name}": value for name, value in secrets.items() if f"WHYGRAD_{name}" in told}


def test_the_manifest_names_what_the_code_does() -> None:
    features = MANIFEST["features"]
    (command,) = features["slash_commands"]
    (shortcut,) = features["shortcuts"]
    assert (command["command"], command["should_escape"]) == (explaining.COMMAND, False)
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", listeners.SHORTCUT)
    assert (len(shortcut["name"]) <= 24, len(MANIFEST["display_information"]["description"]) <= 140) == (True, True)
    paths = [rule.rule for rule in bare_app().url_map.iter_rules("slack.events")]
    urls = {command["url"], MANIFEST["settings"]["interactivity"]["request_url"]}
    assert [url.removeprefix("https://whygrad.example.org") for url in urls] == paths


def test_the_manifest_asks_for_the_scopes_that_are_used_and_no_more() -> None:
    code = "".join(path.read_text() for path in (ROOT / "clients/whygrad_client/slack").glob("*.py"))
    assert all(called in code for called in SCOPES)
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set().union(*SCOPES.values())


def test_over_http_it_works_as_told(tmp_path: Path, until: Until) -> None:
    slack, told = FakeSlack(), settings("slack.env")
    with serving(tmp_path, slack, **told | ours(told)) as (_process, address):
        Http(slack, f"{address}/slack/events").send(slack.command("0" * 32))
        assert "There is no diagnosis" in answered(slack, until).text
    slack.close()
    assert slack.violations == []


def test_by_socket_mode_it_works_as_told(tmp_path: Path, service: str, until: Until) -> None:
    slack, told = FakeSlack(), settings("socket.env")
    socket = SocketMode(slack)
    folder = {"WHYGRAD_DATA": str(tmp_path / told["WHYGRAD_DATA"]), "WHYGRAD_SERVER": service}
    process = chatting(tmp_path, **told | ours(told) | folder, WHYGRAD_SLACK_API_URL=slack.api_url)
    try:
        assert socket.connected.wait(30)
        socket.send(slack.command("0" * 32))
        assert "There is no diagnosis" in answered(slack, until).text
    finally:
        process.terminate()
        process.communicate(timeout=30)
        socket.close()
        slack.close()
    assert slack.violations == []


@pytest.mark.parametrize("typed", re.findall(r"^\| `(/diagnose[^`]*)` \|", PAGE, re.MULTILINE))
def test_each_command_of_the_page_is_one(typed: str) -> None:
    kinds = {"RuntimeError: …": "text", "": "form", "upload 1x3x224x224": "upload"}
    text = typed.removeprefix("/diagnose").strip()
    asked = commands.read(text.replace("ID", "0" * 32))
    assert asked.kind == kinds.get(text, "known")
