"""The other way of Slack to reach an app: it connects out, and is sent envelopes, each to be acknowledged in 3 s."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Any

from tests.client.slack.fake_slack import FakeSlack
from tests.client.slack.requesting import ACK_SECONDS
from tests.client.slack.workspace import Json
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve


@dataclass
class SocketMode:
    """A websocket endpoint for one app at a time; `slack` hands out its address."""

    slack: FakeSlack
    connected: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.acks: Queue[Json] = Queue()
        self.server: Server = serve(self._serve, "127.0.0.1", 0)
        port = self.server.socket.getsockname()[1]
        self.slack.socket_url = f"ws://127.0.0.1:{port}/link/?ticket=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()

    def drop(self) -> None:
        """Tell the app that this connection will end, as Slack does every few hours, and end it."""
        self.connected.clear()
        self.connection.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        self.connection.close()

    def send(self, payload: Json, *, retry: int = 0) -> Any:
        """What the app acknowledges with."""
        kind = "slash_commands" if "command" in payload else "interactive"
        envelope = {
            "type": kind, "envelope_id": f"envelope-{next(self.slack.numbers)}", "payload": payload,
            "accepts_response_payload": True,
        } | ({"retry_attempt": retry, "retry_reason": "timeout"} if retry else {})  # fmt: skip
        self.connection.send(json.dumps(envelope))
        try:
            ack = self.acks.get(timeout=ACK_SECONDS)
        except Empty:
            self.slack.violations.append("an envelope was not acknowledged")
            return None
        if ack.keys() - {"payload"} != {"envelope_id"} or ack["envelope_id"] != envelope["envelope_id"]:
            self.slack.violations.append(f"an acknowledgement of something else: {ack}")
        return self.slack.acknowledged(payload, ack.get("payload"))

    def _serve(self, connection: ServerConnection) -> None:
        self.connection = connection
        connection.send(json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}))
        self.connected.set()
        try:
            for text in connection:
                self.acks.put(json.loads(text))
        except ConnectionClosed:
            pass
