"""A Slack of our own, as a real HTTP server: methods, files, addresses for answers, signed requests, Socket Mode.

It is at least as strict as Slack: what it would refuse is refused, and noted in `violations`, which a test expects to
be empty. `events` holds what was said, in order.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode

import requests
from tests.client.slack import block_kit

BOT_TOKEN = "xoxb-1-of-the-tests"
APP_TOKEN = "xapp-1-of-the-tests"
SECRET = "0123456789abcdef0123456789abcdef"
BOT, USER, TEAM = "B0WHYGRAD", "U0ADA", "T0TESTS"
CHANNEL, PRIVATE = "C0GENERAL", "G0SECRET"
TRIGGER_SECONDS = 3.0
ACK_SECONDS = 3.0
RESPONSES = 5
RESPONSE_SECONDS = 30 * 60.0
BROKE_OFF = (0, "")

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
class FakeSlack:
    """One workspace with one bot in it."""

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
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """Its own address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """What a WebClient is given as `base_url`."""
        return f"{self.url}/api/"

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
            "actions": [{**told, "block_id": "b", "action_ts": self._ts()}],
        }  # fmt: skip

    def shortcut(self, files: list[Json], channel: str = CHANNEL, callback: str = "diagnose_message") -> Json:
        """Somebody takes "Diagnose this model" on a message with these files."""
        ts = self._ts()
        self.messages.append(Message(channel, ts, USER, {"text": "look", "files": files}))
        return {
            "type": "message_action", "callback_id": callback, "token": "old", "trigger_id": self.trigger(),
            "team": {"id": TEAM, "domain": "tests"}, "user": {"id": USER, "name": "ada", "team_id": TEAM},
            "channel": {"id": channel, "name": "general"}, "message_ts": ts, "action_ts": self._ts(),
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
        self._check(block_kit.message(content), "an acknowledgement")
        ephemeral = answer.get("response_type", "ephemeral") == "ephemeral"
        self.messages.append(Message(payload["channel_id"], self._ts(), BOT, content, ephemeral=ephemeral))
        return answer

    # the methods

    def _api(self, method: str, token: str, body: Json) -> tuple[int, Json, dict[str, str]]:
        self.calls.append(method)
        if queued := self.refusals.get(method):
            status, told = queued.pop(0)
            if (status, told) == BROKE_OFF:
                self._done(method, token, body)
            headers = {"Retry-After": told} if status == 429 else {}
            return status, {"ok": False, "error": "ratelimited" if status == 429 else told}, headers
        return self._done(method, token, body)

    def _done(self, method: str, token: str, body: Json) -> tuple[int, Json, dict[str, str]]:
        if method == "apps.connections.open":
            good = token == APP_TOKEN
            return 200, {"ok": good, "url": self.socket_url} if good else {"ok": False, "error": "invalid_auth"}, {}
        if self.revoked or token != BOT_TOKEN:
            return 200, {"ok": False, "error": "token_revoked" if self.revoked else "invalid_auth"}, {}
        if method == "chat.postMessage" and self._is_too_much():
            return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"}
        methods = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "views.open": self._open,
            "files.info": self._info,
        }
        if method not in methods:
            self.violations.append(f"no method {method}")
            return 200, {"ok": False, "error": "unknown_method"}, {}
        with self.lock:
            answer = methods[method](body)
        return 200, answer if "error" not in answer else {"ok": False, **answer}, {}

    def _is_too_much(self) -> bool:
        """Whether more was posted in the last second than may be; what is refused counts too."""
        now = time.monotonic()
        with self.lock:
            self.posted = [moment for moment in self.posted if now - moment < 1.0] + [now]
            return self.posts_a_second is not None and len(self.posted) > self.posts_a_second

    def _post(self, body: Json) -> Json:
        more = frozenset({"channel", "thread_ts", "unfurl_links", "unfurl_media"})
        if not self._check(block_kit.message(body, more=more), "chat.postMessage"):
            return {"error": "invalid_blocks"}
        channel = body.get("channel")
        if channel in self.closed or channel not in (CHANNEL, PRIVATE):
            return {"error": "channel_not_found"}
        thread = body.get("thread_ts")
        if thread and not any(message.ts == thread for message in self.messages):
            self.violations.append(f"a thread that is none: {thread}")
            return {"error": "thread_not_found"}
        content = {"text": body["text"], "blocks": body.get("blocks", [])}
        message = Message(channel, self._ts(), BOT, content, thread)
        self.messages.append(message)
        return {"ok": True, "channel": channel, "ts": message.ts, "message": content}

    def _update(self, body: Json) -> Json:
        if not self._check(block_kit.message(body, more=frozenset({"channel", "ts"})), "chat.update"):
            return {"error": "invalid_blocks"}
        found = [m for m in self.messages if m.ts == body.get("ts") and m.channel == body.get("channel")]
        if body.get("channel") in self.closed:
            return {"error": "channel_not_found"}
        if not found or found[0].ephemeral:
            return {"error": "message_not_found"}
        if found[0].owner != BOT:
            return {"error": "cant_update_message"}
        found[0].content = {"text": body["text"], "blocks": body.get("blocks", [])}
        found[0].updates += 1
        return {"ok": True, "channel": body["channel"], "ts": body["ts"], "text": body["text"]}

    def _open(self, body: Json) -> Json:
        view = body.get("view", {})
        view = json.loads(view) if isinstance(view, str) else view
        made = self.triggers.pop(str(body.get("trigger_id")), None)
        if made is None:
            return {"error": "exchanged_trigger_id"}
        if self.now() - made > TRIGGER_SECONDS:
            return {"error": "expired_trigger_id"}
        if not self._check(block_kit.view(view), "views.open"):
            return {"error": "invalid_arguments"}
        opened = {**view, "id": f"V{next(self.numbers)}", "hash": "1.h", "team_id": TEAM}
        self.views.append(opened)
        return {"ok": True, "view": opened}

    def _info(self, body: Json) -> Json:
        id = body.get("file")
        if id not in self.files:
            return {"error": "file_not_found"}
        return {
            "ok": True,
            "file": {"id": id, "size": len(self.files[id]), "url_private_download": f"{self.url}/files/{id}"},
        }

    def _respond(self, token: str, body: Json) -> tuple[int, str]:
        address = self.addresses.get(token)
        if address is None or self.now() - address.made > RESPONSE_SECONDS:
            return 404, "expired_url"
        if address.uses >= RESPONSES:
            self.violations.append("a sixth answer to one address")
            return 404, "used_url"
        where = ("response_type", "replace_original", "thread_ts")
        content = {key: value for key, value in body.items() if key not in where}
        if not self._check(block_kit.message(content), "response_url"):
            return 400, "invalid_blocks"
        address.uses += 1
        if body.get("replace_original") and not address.message:
            self.violations.append("an answer that replaces, by the address of a command, which has nothing to replace")
        self._place(address, body, content)
        queued = self.refusals.get("response_url")
        return queued.pop(0) if queued else (200, "ok")

    def _place(self, address: Address, body: Json, content: Json) -> None:
        thread = body.get("thread_ts")
        if thread and (body.get("replace_original") or all(message.ts != thread for message in self.messages)):
            self.violations.append(f"by an address, a thread that is none, or of what is replaced: {thread}")
        if body.get("replace_original") and address.message:
            address.message.content = content
            address.message.updates += 1
        else:
            ephemeral = body.get("response_type", "ephemeral") == "ephemeral"
            self.messages.append(Message(address.channel, self._ts(), BOT, content, thread, ephemeral))

    def _check(self, faults: Iterator[str], where: str) -> bool:
        found = [f"{where}: {fault}" for fault in faults]
        self.violations += found
        return not found

    def _ts(self) -> str:
        return f"{int(self.now())}.{next(self.numbers):06}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        slack = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Silent."""

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path.startswith("/respond/"):
                    with slack.lock:
                        status, text = slack._respond(self.path.removeprefix("/respond/"), json.loads(raw))
                    self.answer(status, text.encode(), "text/plain")
                    return
                self.call(self.path.removeprefix("/api/"), _arguments(self.headers, raw))

            def call(self, method: str, arguments: Json) -> None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                status, document, headers = slack._api(method, token, arguments)
                self.answer(status, json.dumps(document).encode(), "application/json", headers)

            def do_GET(self) -> None:
                if self.path.startswith("/api/"):
                    path, _, query = self.path.removeprefix("/api/").partition("?")
                    self.call(path, {name: values[0] for name, values in parse_qs(query).items()})
                    return
                id = re.sub(r"\?.*", "", self.path.removeprefix("/files/"))
                if id in slack.file_answers:
                    slack.file_answers[id](self)
                elif self.headers.get("Authorization") != f"Bearer {BOT_TOKEN}" or slack.revoked:
                    self.answer(200, b"<!DOCTYPE html><html><title>Sign in to Slack</title></html>", "text/html")
                elif id not in slack.files:
                    self.answer(404, b"gone", "text/plain")
                else:
                    self.answer(200, slack.files[id], "application/octet-stream")

            def answer(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        return Handler


def signed(body: str, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    """The headers that Slack signs a body with."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}


def written(payload: Json) -> str:
    """A payload as the body of a request: commands are forms, all else is JSON in one."""
    return urlencode(payload if "command" in payload else {"payload": json.dumps(payload)})


@dataclass
class Http:
    """Slack's requests to an app that is mounted somewhere."""

    slack: FakeSlack
    url: str

    def send(self, payload: Json, **headers: str) -> Any:
        """What the app acknowledges with: it has three seconds for that."""
        body = written(payload)
        began = time.monotonic()
        answer = requests.post(self.url, data=body.encode(), headers=signed(body) | headers, timeout=ACK_SECONDS)
        if time.monotonic() - began > ACK_SECONDS or answer.status_code != 200:
            self.slack.violations.append(f"not acknowledged: {answer.status_code} {answer.text[:200]}")
            return None
        return self.slack.acknowledged(payload, answer.json() if answer.content else None)


def no_zip() -> bytes:
    """A file that is a zip and no program."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "no program")
    return buffer.getvalue()


def _arguments(headers: Mapping[str, str], raw: bytes) -> Json:
    if str(headers.get("Content-Type", "")).startswith("application/json"):
        document: Json = json.loads(raw or b"{}")
        return document
    return {name: values[0] for name, values in parse_qs(raw.decode()).items()}


def _initial(block: Json) -> Json:
    element = block["element"]
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "selected_option": element.get("initial_option")}
