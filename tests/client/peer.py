"""A service in miniature that answers what a test tells it to, however wrong, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered; `cut` closes the connection instead, after `read` bytes of the body."""

    status: int = 200
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False
    read: int | None = None


def problem(status: int, detail: str = "It says why.", **headers: str) -> Answer:
    """A problem in the words of the service."""
    told = {"type": "about:blank", "title": "-", "status": status, "detail": detail, "errors": []}
    kind = {"Content-Type": "application/problem+json"}
    return Answer(status, told, kind | {name.replace("_", "-"): value for name, value in headers.items()})


CUT = Answer(cut=True)


class Peer:
    """The answers that are still to be given, in order, and what came; the last one is given for ever."""

    def __init__(self, address: str, answers: list[Answer]) -> None:
        self.address = address
        self.answers = answers
        self.asked: list[Asked] = []

    @property
    def calls(self) -> list[str]:
        """`GET /rules` for each request that came."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def answering(*answers: Answer) -> Iterator[Peer]:
    """A peer with these answers, until the end of the `with`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            answer, length = peer.next(), int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length if answer.read is None else answer.read)
            peer.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            if answer.cut:
                self.close_connection = True
                return
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = json.dumps(answer.document).encode() if answer.body is None else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                with suppress(ConnectionError):  # nobody reads on
                    self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        peer = Peer(f"http://127.0.0.1:{server.server_port}", list(answers))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield peer
        finally:
            server.shutdown()
            thread.join()
