"""Whatever Slack signs is taken, or told to be nothing that it sends: no fault of ours, and not sent again."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from tests.client.slack.fake_slack import FakeSlack
from tests.client.slack.requesting import Http, signed, written
from tests.client.slack.workspace import BOT, CHANNEL, Json, Message

ABSENT = object()
NEVER_SENT = (ABSENT, None, 7, "", [7])
HELD = {"id": "0" * 32, "fingerprint": "f" * 64, "shapes": "2x4"}


def answer(http: Http, payload: Json) -> requests.Response:
    body = written(payload)
    return requests.post(http.url, data=body.encode(), headers=signed(body), timeout=5)


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each thing in a payload, but for the form's own blocks, which are not read."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from parts(one, (*path, key)) if key != "blocks" else ()


def changed(payload: Json, path: tuple[Any, ...], value: object) -> Json:
    other = copy.deepcopy(payload)
    around: Any = other
    for key in path[:-1]:
        around = around[key]
    if value is ABSENT:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    return other


def pressed(slack: FakeSlack, action: str) -> Json:
    """A button of ours is pressed."""
    button = {"type": "button", "action_id": action, "value": json.dumps(HELD)}
    content = {"text": "faulty", "blocks": [{"type": "actions", "elements": [button]}]}
    return slack.press(Message(CHANNEL, "1.000001", BOT, content), action)


def legal(slack: FakeSlack, http: Http, kind: str) -> Json:
    """One of the things that Slack sends."""
    if kind in ("rerun", "mute", "unmute", "open"):
        return pressed(slack, kind)
    if kind == "shortcut":
        return slack.shortcut([slack.upload("net.pt", b"PK")])
    http.send(slack.command("") if kind == "form" else pressed(slack, "mute"))
    if kind == "form":
        return slack.submission(slack.views[-1], file={"files": [slack.upload("net.pt", b"PK")]})
    return slack.submission(slack.views[-1], reason={"value": "on purpose"})


@pytest.mark.parametrize("kind", ["shortcut", "form", "reason", "rerun", "mute", "unmute", "open"])
def test_what_slack_never_sends_is_told(http: Http, slack: FakeSlack, kind: str) -> None:
    payload = legal(slack, http, kind)
    others = [changed(payload, path, value) for path in parts(payload) for value in NEVER_SENT]
    found = {other.status_code for other in (answer(http, payload) for payload in others)}
    assert found == {200, 400}
    slack.violations.clear()  # nor need the form be good that is made of them


@pytest.mark.parametrize("field", ["user", "channel", "message", "trigger_id"])
def test_a_shortcut_without_a_part_of_it_is_told(http: Http, slack: FakeSlack, field: str) -> None:
    told = answer(http, changed(slack.shortcut([]), (field,), ABSENT))
    assert (told.status_code, told.headers["Content-Type"]) == (400, "application/problem+json")
    assert field in told.json()["detail"]


def test_a_button_of_another_version_is_told(http: Http, slack: FakeSlack) -> None:
    payload = pressed(slack, "mute")
    payload["actions"][0]["value"] = json.dumps({"diagnosis": 3})
    assert "has no id" in answer(http, payload).json()["detail"]


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "message_action", "callback_id": "summarise"},
        {"type": "shortcut", "callback_id": "diagnose"},
        {"type": "view_submission", "view": {"type": "modal", "callback_id": "survey"}},
        {"type": "block_actions", "actions": [{"action_id": "approve", "type": "button"}]},
        {"type": "a_new_type"},
        {},
    ],
    ids=json.dumps,
)
def test_what_is_for_something_else_is_told(http: Http, payload: Json) -> None:
    told = answer(http, {"user": {"id": "U1"}, "trigger_id": "1"} | payload)
    assert (told.status_code, "of whygrad" in told.json()["detail"]) == (400, True)


def test_an_event_that_nobody_waits_for_is_taken(http: Http) -> None:
    told = answer(http, {"type": "event_callback", "event": {"type": "app_mention"}})
    assert (told.status_code, told.text) == (200, "")


def test_another_command_is_told_to_who_typed_it(http: Http, slack: FakeSlack) -> None:
    told = http.send(slack.command("x") | {"command": "/whygrad"})
    assert "answers to /diagnose" in told["text"]
