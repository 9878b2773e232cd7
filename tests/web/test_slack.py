"""The door for Slack: only what Slack has signed just now gets in, and that without a key and by any name."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from tests.client.slack.requesting import SECRET, signed
from werkzeug.test import TestResponse

from whygrad.front import create_app
from whygrad.settings import Settings
from whygrad.storage.database import Database
from whygrad.storage.tables import outbox

BODY = urlencode({"command": "/diagnose", "text": "help", "channel_id": "C1", "user_id": "U1", "trigger_id": "1"})


@pytest.fixture
def mounted(settings: Settings, migrated: Path) -> FlaskClient:
    """The service with keys and with Slack."""
    shutil.copyfile(migrated, settings.data / migrated.name)
    tokens = {"slack_signing_secret": SECRET, "slack_bot_token": "xoxb-1"}
    return create_app(replace(settings, keys=("a-key-of-sixteen",), **tokens)).test_client()  # type: ignore[arg-type]


def post(client: FlaskClient, body: str | bytes = BODY, **headers: str) -> TestResponse:
    given = signed(body if isinstance(body, str) else "") | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return client.post("/slack/events", data=body, headers={name: value for name, value in given.items() if value})


def test_what_slack_signed_needs_no_key(mounted: FlaskClient) -> None:
    answer = post(mounted)
    assert (answer.status_code, answer.json["response_type"]) == (200, "ephemeral")
    assert mounted.get("/diagnoses").status_code == 401


def test_it_may_come_by_a_name_that_the_service_does_not_know(mounted: FlaskClient) -> None:
    assert post(mounted, Host="a1b2.tunnel.example").status_code == 200
    assert mounted.get("/healthz", headers={"Host": "a1b2.tunnel.example"}).status_code == 421


@pytest.mark.parametrize("payload", ["", "{", "[]", "null", '"x"', "3", "a=1"])
@pytest.mark.parametrize("media_type", ["application/json", "application/x-www-form-urlencoded"])
def test_a_payload_that_is_none_is_told(
    mounted: FlaskClient, payload: str, media_type: str, problem: Callable[..., str]
) -> None:
    body = payload if media_type == "application/json" else urlencode({"payload": payload})
    assert "payload" in problem(post(mounted, body, **{"Content-Type": media_type}), 400)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": []},
        {"type": "block_actions", "actions": None},
        {"type": "block_actions", "actions": [{}]},
        {"type": "block_actions", "actions": [1]},
        {"type": "interactive_message", "callback_id": "c"},
        {"type": "view_submission", "view": None},
        {"type": "view_submission", "view": {"callback_id": "c"}},
        {"type": "event_callback", "event": None},
        {"type": "event_callback", "authorizations": [1]},
        {"type": "view_closed", "response_urls": [1]},
        {"type": "shortcut", "user": 3},
    ],
    ids=json.dumps,
)
def test_what_slack_never_sends_is_told(
    mounted: FlaskClient, payload: dict[str, object], problem: Callable[..., str]
) -> None:
    assert "payload" in problem(post(mounted, urlencode({"payload": json.dumps(payload)})), 400)


def test_a_command_may_speak_of_a_payload(mounted: FlaskClient) -> None:
    form = {
        "command": "/diagnose",
        "text": "KeyError: 'payload'",
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "1",
    }
    answer = post(mounted, urlencode(form))
    assert (answer.status_code, answer.json["response_type"]) == (200, "ephemeral")


def test_slack_is_told_that_this_is_the_place(mounted: FlaskClient) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "old"})
    answer = post(mounted, body, **{"Content-Type": "application/json"})
    assert "abc" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Slack_Signature": ""},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Signature": "v0=" + "0" * 64},
        {"X_Slack_Signature": "v0=nonsense"},
        {"X_Slack_Signature": "v1=" + "0" * 64},
        {"X_Slack_Signature": "v0=" + "ä" * 64},
        {"X_Slack_Request_Timestamp": "now"},
        {"X_Slack_Request_Timestamp": "-1"},
        {"X_Slack_Request_Timestamp": "1e9"},
        {"X_Slack_Request_Timestamp": "1_000_000_000"},
        {"X_Slack_Request_Timestamp": "9" * 400},
        {"X_Slack_Request_Timestamp": str(int(time.time()) + 1)},
    ],
)
def test_what_is_not_signed_is_refused(
    mounted: FlaskClient, headers: dict[str, str], problem: Callable[..., str]
) -> None:
    assert "sign" in problem(post(mounted, **headers), 401).lower()


@pytest.mark.parametrize("age", [301, 3600, -301])
def test_what_was_signed_at_another_time_is_refused(
    mounted: FlaskClient, age: float, problem: Callable[..., str]
) -> None:
    old = signed(BODY, at=time.time() - age)
    answer = mounted.post("/slack/events", data=BODY, headers=old)
    assert "five minutes ago" in problem(answer, 401)


def test_another_body_or_secret_is_refused(mounted: FlaskClient, problem: Callable[..., str]) -> None:
    problem(mounted.post("/slack/events", data=BODY + "x", headers=signed(BODY)), 401)
    problem(mounted.post("/slack/events", data=BODY, headers=signed(BODY, secret="f" * 32)), 401)
    problem(mounted.post("/slack/events", data=b"\xff\xfe", headers=signed("")), 401)
    problem(mounted.post("/slack/events", data=b"x" * 1_000_001, headers=signed("")), 413)


def test_a_page_of_another_site_is_refused_whatever_it_signs(mounted: FlaskClient, problem: Callable[..., str]) -> None:
    problem(post(mounted, Origin="https://evil.example"), 403)


def test_without_slack_there_is_nothing_to_sign_for(client: FlaskClient, problem: Callable[..., str]) -> None:
    assert "WHYGRAD_SLACK_SIGNING_SECRET" in problem(post(client), 404)


def test_what_is_put_twice_is_one_task(mounted: FlaskClient, settings: Settings) -> None:
    form = {"command": "/diagnose", "text": "0" * 32, "channel_id": "C1", "user_id": "U1", "trigger_id": "7"}
    for retry in ("", "1"):
        assert post(mounted, urlencode(form), X_Slack_Retry_Num=retry).status_code == 200
    tasks = select(func.count()).select_from(outbox)
    assert Database(settings.database_url).read(lambda connection: connection.execute(tasks).scalar()) == 1
