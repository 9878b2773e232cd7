"""HTTP as bytes, also such as no client sends, and gunicorn without a worker behind it to send them to."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from whygrad.settings import Settings
from whygrad.storage.database import Database
from whygrad.storage.tables import metadata

BACKLOG = 512


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers (names in lower case) and its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The JSON that it holds."""
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        """What is wrong, after a look at what all problems have in common."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.document["status"] == self.status
        return str(self.document["detail"])


@dataclass
class Door:
    """A running gunicorn."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path
    opened: list[socket.socket] = field(default_factory=list)

    def connect(self, sent: bytes = b"", *, timeout: float = 30.0) -> socket.socket:
        """A connection on which `sent` was sent; it is closed with the door at the latest."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        self.opened.append(connection)
        connection.sendall(sent)
        return connection

    def send(self, sent: bytes) -> Reply:
        """The first answer to these bytes, after which nothing more is sent."""
        with self.connect(sent) as connection:
            return read(connection)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """The answer to a request in good form; `headers` are named with `_` for `-`, and win over the usual."""
        return self.send(request(method, path, body, **headers))

    def seconds(self) -> float:
        """How long a sign of life takes."""
        began = time.monotonic()
        assert self.ask("GET", "/healthz").status == 200
        return time.monotonic() - began

    @property
    def kept(self) -> list[Path]:
        """The files in the folder of uploads."""
        return [path for path in (self.data / "uploads").rglob("*") if path.is_file()]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def forget(self) -> None:
        """Empty it, as if it had just been started: that takes longer than what most tests ask of it."""
        for path in self.kept:
            path.unlink()
        forget(self.data)

    def close(self) -> None:
        """Close what is open, and end it."""
        for connection in self.opened:
            connection.close()
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Door]:
    """gunicorn as the service runs it, with these settings, until the end of the `with`."""
    data = folder / "data"
    Database(Settings(data=data).database_url).migrate()
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener, (folder / "log").open("w") as log:
        door = Door(_gunicorn(listener, data, log, settings), listener.getsockname()[1], data, folder / "log")
    try:
        _await(door)
        yield door
    finally:
        door.close()


def forget(data: Path) -> None:
    """Empty the tables of a service, but for its workers."""
    with closing(sqlite3.connect(data / "whygrad.db", timeout=30)) as connection, connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "workers":
                connection.execute(f"DELETE FROM {table.name}")


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request in good form, which ends its connection."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(body))} | named
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items() if value), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def chunked(*pieces: bytes) -> bytes:
    """A body in chunks, to its end."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def form(*parts: tuple[str, bytes]) -> bytes:
    """The body of a form; a part is what stands behind `form-data; ` and its content. The boundary is `x`."""
    written = (
        b"--x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (name.encode(), body) for name, body in parts
    )
    return b"".join(written) + b"--x--\r\n"


def read(connection: socket.socket) -> Reply:
    """The next answer on a connection."""
    with connection.makefile("rb") as stream:
        return _read(stream)


def _read(stream: IO[bytes]) -> Reply:
    status = int(stream.readline().split()[1])
    headers = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return Reply(status, headers, stream.read(int(headers.get("content-length", 0))))


def _gunicorn(listener: socket.socket, data: Path, log: IO[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    options = ["--config", "python:whygrad.gunicorn_conf", "--bind", f"fd://{listener.fileno()}"]
    given = {"WHYGRAD_DATA": str(data), "WHYGRAD_DEFAULT_WAIT_SECONDS": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options],
        env=os.environ | given | settings,
        stderr=log,
        pass_fds=[listener.fileno()],
    )


def _await(door: Door) -> None:
    door.seconds()  # the socket listened before the process began
