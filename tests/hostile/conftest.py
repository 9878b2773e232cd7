"""A running service with something to steal, a folder to be written, a listener to be reached, and eyes on it all."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests
from tests.hostile.programs import Prey
from tests.processes import confined, descendants

IN_A_FILE, IN_THE_ENVIRONMENT, KEY = "hunter2-of-a-file", "hunter2-of-the-environment", "hunter2-of-the-keys"
LOOK_SECONDS = 0.1
WAIT_SECONDS = 30
SETTINGS = {
    "WHYGRAD_KEYS": KEY,
    "WHYGRAD_JOB_SECONDS": "4",
    "WHYGRAD_JOB_MEMORY_BYTES": str(2**29),
    "CANARY": IN_THE_ENVIRONMENT,
}


@dataclass
class Service:
    """The service under siege: `send` to it, and see that it is `untouched`."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    prey: Prey
    listener: socket.socket
    until: Callable[[Callable[[], bool]], None]
    sent: set[str] = field(default_factory=set)
    silences: list[str] = field(default_factory=list)
    """Each time that it did not answer whoever asked whether it lives."""

    def send(self, upload: bytes, shape: str) -> requests.Response:
        """The answer to an upload, once its diagnosis is finished."""
        self.sent.add(sha256(upload).hexdigest())
        return requests.post(
            f"{self.address}/diagnose",
            files={"model": ("model.pt", upload)},
            data={"shapes": shape},
            headers={"Authorization": f"Bearer {KEY}", "Prefer": f"wait={WAIT_SECONDS}"},
            timeout=2 * WAIT_SECONDS,
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        """The answer to a question."""
        return requests.get(self.address + path, headers={"Authorization": f"Bearer {KEY}"} | headers, timeout=10)

    def untouched(self, *told: str) -> None:
        """Nothing was got, made, reached or left, in what it `told`, in its log, its rows and on this machine."""
        for text in (*told, self.log, self.rows):
            assert not [secret for secret in secrets() if secret in text]
        assert Path(self.prey.secret).read_text() == IN_A_FILE
        assert os.listdir(self.prey.room) == []
        assert [file for folder in ("here", "tmp") for file in os.listdir(self.folder / folder)] == []
        assert {file.name for file in (self.folder / "data" / "uploads").rglob("*") if file.is_file()} <= self.sent
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        self.until(lambda: not self.programs())
        assert self.process.poll() is None
        assert self.silences == []

    def programs(self) -> list[int]:
        """The processes in which a program runs."""
        return [pid for pid in descendants(self.process.pid) if confined(pid)]

    @property
    def log(self) -> str:
        """All that was logged."""
        return (self.folder / "log").read_text()

    @property
    def rows(self) -> str:
        """All that is stored beside the uploads."""
        with sqlite3.connect(self.folder / "data" / "whygrad.db") as database:
            return "\n".join(database.iterdump())

    def ask_whether_it_lives(self, stop: threading.Event) -> None:
        """Until it is to `stop`, note each time that it does not."""
        while not stop.wait(LOOK_SECONDS):
            try:
                requests.get(f"{self.address}/healthz", timeout=5).raise_for_status()
            except requests.RequestException as error:
                self.silences.append(str(error))


def secrets() -> Iterator[str]:
    """What must not be told, as text and as the numbers of its bytes."""
    for secret in (IN_A_FILE, IN_THE_ENVIRONMENT, KEY):
        yield secret
        for between in (", ", ",", " ", "\n"):
            yield between.join(str(byte) for byte in secret.encode())


@pytest.fixture(scope="session")
def listener() -> Iterator[socket.socket]:
    """A door of this machine at which nobody has a reason to knock."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def laid_out(folder: Path, listener: socket.socket) -> Prey:
    """What anybody may read, write and reach."""
    secret, room = folder / "secret", folder / "room"
    secret.write_text(IN_A_FILE)
    room.mkdir()
    for path, mode in ((folder, 0o777), (secret, 0o666), (room, 0o777)):
        path.chmod(mode)
    return Prey(str(secret), str(room), listener.getsockname()[1])


@pytest.fixture(scope="session")
def service(
    tmp_path_factory: pytest.TempPathFactory, listener: socket.socket, until: Callable[..., Any]
) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("siege")
    for name in ("here", "tmp"):
        (folder / name).mkdir()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "whygrad.serve", "--bind", "127.0.0.1:0", "--data", str(folder / "data")],
            env=os.environ | SETTINGS | {"TMPDIR": str(folder / "tmp")},
            cwd=folder / "here",
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    service = Service(process, address, folder, laid_out(folder, listener), listener, until)
    stop = threading.Event()
    watcher = threading.Thread(target=service.ask_whether_it_lives, args=[stop])
    watcher.start()
    yield service
    stop.set()
    watcher.join()
    process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()
