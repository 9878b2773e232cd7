"""A Slack of our own, as a real HTTP server: its methods, files and addresses for answers.

It is at least as strict as Slack: what it would refuse is refused, and noted in `violations`, which a test expects to
be empty.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.client.slack import block_kit
from tests.client.slack.workspace import BOT, CHANNEL, PRIVATE, TEAM, Address, Json, Message, Workspace

BOT_TOKEN = "xoxb-1-of-the-tests"
APP_TOKEN = "xapp-1-of-the-tests"
TRIGGER_SECONDS = 3.0
RESPONSES = 5
RESPONSE_SECONDS = 30 * 60.0
BROKE_OFF = (0, "")


@dataclass
class FakeSlack(Workspace):
    """A workspace with one bot in it, served on a port of this machine."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def api_url(self) -> str:
        """What a WebClient is given as `base_url`."""
        return f"{self.url}/api/"

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
        if not self.check(block_kit.message(body, more=more), "chat.postMessage"):
            return {"error": "invalid_blocks"}
        channel = body.get("channel")
        if channel in self.closed or channel not in (CHANNEL, PRIVATE):
            return {"error": "channel_not_found"}
        thread = body.get("thread_ts")
        if thread and not any(message.ts == thread for message in self.messages):
            self.violations.append(f"a thread that is none: {thread}")
            return {"error": "thread_not_found"}
        content = {"text": body["text"], "blocks": body.get("blocks", [])}
        message = Message(channel, self.ts(), BOT, content, thread)
        self.messages.append(message)
        return {"ok": True, "channel": channel, "ts": message.ts, "message": content}

    def _update(self, body: Json) -> Json:
        if not self.check(block_kit.message(body, more=frozenset({"channel", "ts"})), "chat.update"):
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
        if not self.check(block_kit.view(view), "views.open"):
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
        if not self.check(block_kit.message(content), "response_url"):
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
            self.messages.append(Message(address.channel, self.ts(), BOT, content, thread, ephemeral))

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


def _arguments(headers: Mapping[str, str], raw: bytes) -> Json:
    if str(headers.get("Content-Type", "")).startswith("application/json"):
        document: Json = json.loads(raw or b"{}")
        return document
    return {name: values[0] for name, values in parse_qs(raw.decode()).items()}
