"""One workspace of a Slack of our own: what stands in it, and what its users do, as the payloads that an app gets."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.client.slack import block_kit

BOT, USER, TEAM = "B0WHYGRAD", "U0ADA", "T0TESTS"
CHANNEL, PRIVATE = "C0GENERAL", "G0SECRET"

Json = dict[str, Any]


@dataclass
class Message:
    """Something that stands in a conversation."""

    channel: str
    ts: str
    owner: str
    content: Json
    thread: str | None = None
    ephemeral: bool = False
    updates: int = 0
    response_url: str | None = None

    @property
    def text(self) -> str:
        """The text of its notification."""
        return str(self.content["text"])

    @property
    def shown(self) -> str:
        """All that one reads in its blocks."""
        return "\n".join(block_kit.texts(self.content.get("blocks", [])))

    def button(self, action: str) -> Json:
        """One of its buttons."""
        blocks = self.content.get("blocks", [])
        elements = [e for block in blocks if block["type"] == "actions" for e in block["elements"]]
        return next(element for element in elements if element["action_id"] == action)

    def has(self, action: str) -> bool:
        """Whether it has this button."""
        return f'"action_id": "{action}"' in json.dumps(self.content)


@dataclass
class Address:
    """A response_url."""

    channel: str
    made: float
    uses: int = 0
    message: Message | None = None


@dataclass
class Workspace:
    """What Slack keeps; what it would refuse is noted in `violations`, which a test expects to be empty."""

    port: int = 0
    messages: list[Message] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    file_answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=lambda: {PRIVATE})
    refusals: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    revoked: bool = False
    posts_a_second: int | None = None
    ahead: float = 0.0
    socket_url: str = ""

    def __post_init__(self) -> None:
        self.addresses: dict[str, Address] = {}
        self.triggers: dict[str, float] = {}
        self.posted: list[float] = []
        self.numbers = itertools.count(1)
        self.lock = threading.RLock()

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    # what users do, as the payloads that the app gets

    def command(self, text: str, channel: str = CHANNEL) -> Json:
        """Somebody types `/diagnose text`."""
        return {
            "token": "old", "team_id": TEAM, "team_domain": "tests", "channel_id": channel, "channel_name": "general",
            "user_id": USER, "user_name": "ada", "command": "/diagnose", "text": text, "api_app_id": "A1",
            "is_enterprise_install": "false", "response_url": self.address(channel), "trigger_id": self.trigger(),
        }  # fmt: skip

    def press(self, message: Message, action: str) -> Json:
        """Somebody presses a button of a message."""
        button = message.button(action)
        container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        container |= {"is_ephemeral": message.ephemeral} | ({"thread_ts": message.thread} if message.thread else {})
        told = {key: value for key, value in button.items() if key in ("action_id", "value", "type")}
        return {
            "type": "block_actions", "user": {"id": USER, "username": "ada", "name": "ada", "team_id": TEAM},
            "api_app_id": "A1", "token": "old", "container": container, "trigger_id": self.trigger(),
            "team": {"id": TEAM, "domain": "tests"}, "enterprise": None, "is_enterprise_install": False,
            "channel": {"id": message.channel, "name": "general"},
            "message": {"type": "message", "ts": message.ts, **message.content}
            | ({"thread_ts": message.thread} if message.thread else {}),
            "response_url": self.address(message.channel, message),
            "actions": [{**told, "block_id": "b", "action_ts": self.ts()}],
        }  # fmt: skip

    def shortcut(self, files: list[Json], channel: str = CHANNEL, callback: str = "diagnose_message") -> Json:
        """Somebody takes "Diagnose this model" on a message with these files."""
        ts = self.ts()
        self.messages.append(Message(channel, ts, USER, {"text": "look", "files": files}))
        return {
            "type": "message_action", "callback_id": callback, "token": "old", "trigger_id": self.trigger(),
            "team": {"id": TEAM, "domain": "tests"}, "user": {"id": USER, "name": "ada", "team_id": TEAM},
            "channel": {"id": channel, "name": "general"}, "message_ts": ts, "action_ts": self.ts(),
            "message": {"type": "message", "user": USER, "ts": ts, "text": "look", "files": files},
            "response_url": self.address(channel), "is_enterprise_install": False, "enterprise": None,
        }  # fmt: skip

    def submission(self, view: Json, **values: Json) -> Json:
        """Somebody fills in a view and sends it; `values` are the states of its fields."""
        inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
        assert set(values) <= set(inputs), "a field that the view does not have"
        state = {name: {block["element"]["action_id"]: _initial(block)} for name, block in inputs.items()}
        for name, value in values.items():
            (action,) = state[name]
            state[name][action] |= value
        return {
            "type": "view_submission", "team": {"id": TEAM, "domain": "tests"}, "api_app_id": "A1", "token": "old",
            "user": {"id": USER, "username": "ada", "name": "ada", "team_id": TEAM}, "trigger_id": self.trigger(),
            "view": {**view, "state": {"values": state}}, "response_urls": [], "is_enterprise_install": False,
        }  # fmt: skip

    def upload(self, name: str, content: bytes) -> Json:
        """Somebody sends a file: what Slack tells of it."""
        id = f"F{next(self.numbers):08}"
        self.files[id] = content
        address = f"{self.url}/files/{id}"
        told = {"id": id, "name": name, "size": len(content), "mimetype": "application/octet-stream", "mode": "hosted"}
        return told | {"url_private": address, "url_private_download": f"{address}?download=1"}

    # what Slack keeps

    def trigger(self) -> str:
        """A trigger, good for three seconds."""
        id = f"{next(self.numbers)}.{TEAM}.trigger"
        self.triggers[id] = self.now()
        return id

    def address(self, channel: str, message: Message | None = None) -> str:
        """A new response_url."""
        token = f"{next(self.numbers)}-{channel}"
        self.addresses[token] = Address(channel, self.now(), message=message)
        return f"{self.url}/respond/{token}"

    def now(self) -> float:
        """The time by Slack's clock, which a test may set ahead."""
        return time.time() + self.ahead

    def refuse(self, method: str, *answers: tuple[int, str]) -> None:
        """Let the next calls of a method fail: (429, "7") by Retry-After, (200, "an_error"), (500, "").

        What BROKE_OFF is done, and not answered.
        """
        self.refusals.setdefault(method, []).extend(answers)

    def said(self, channel: str = CHANNEL) -> list[Message]:
        """What the app said in a channel, as it stands now."""
        with self.lock:
            return [message for message in self.messages if message.owner == BOT and message.channel == channel]

    def acknowledged(self, payload: Json, answer: Any) -> Any:
        """Note what an acknowledgement says; it is checked as Slack would."""
        if not answer:
            return answer
        if payload.get("type") == "view_submission":
            fields = {block.get("block_id") for block in payload["view"]["blocks"]}
            if answer.get("response_action") != "errors" or not set(answer["errors"]) <= fields:
                self.violations.append(f"an answer to a form that is none: {answer}")
            return answer
        content = {key: value for key, value in answer.items() if key not in ("response_type", "replace_original")}
        self.check(block_kit.message(content), "an acknowledgement")
        ephemeral = answer.get("response_type", "ephemeral") == "ephemeral"
        self.messages.append(Message(payload["channel_id"], self.ts(), BOT, content, ephemeral=ephemeral))
        return answer

    def check(self, faults: Iterator[str], where: str) -> bool:
        found = [f"{where}: {fault}" for fault in faults]
        self.violations += found
        return not found

    def ts(self) -> str:
        return f"{int(self.now())}.{next(self.numbers):06}"


def _initial(block: Json) -> Json:
    element = block["element"]
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "selected_option": element.get("initial_option")}
