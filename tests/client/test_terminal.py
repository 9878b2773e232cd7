"""What somebody at a terminal sees, and what nobody else gets: a bar, a line that changes, colours."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

WHYGRAD = [sys.executable, "-m", "whygrad_client.cli"]
BACK = "\r\x1b[K"
HIDDEN = "\x1b[?25l"


class Terminal:
    """A command whose output is a terminal, in which a user may press Ctrl-C."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.own, theirs = pty.openpty()
        told = {**os.environ, "TERM": "xterm", **environment}
        self.process = subprocess.Popen(
            [*WHYGRAD, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=told, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def until(self, text: str) -> None:
        """Read on until this text is shown."""
        deadline = time.monotonic() + 60
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            assert self._read(), self.shown

    def end(self) -> tuple[int, str]:
        """The status, and all that was shown."""
        while self._read():
            pass
        os.close(self.own)
        return self.process.wait(30), self.shown

    def _read(self) -> bool:
        if not select.select([self.own], [], [], 60)[0]:
            return False
        try:
            piece = os.read(self.own, 65536)
        except OSError:  # the other side is gone
            return False
        self.shown += piece.decode(errors="replace")
        return bool(piece)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that is worth a bar, and is no program."""
    path = tmp_path / "large.pt"
    path.write_bytes(os.urandom(900_000) + b"x" * 200_000)
    return path


def test_a_bar_and_colours(roomy: str, large: Path) -> None:
    status, shown = Terminal("check", str(large), "--input", "2", "--server", roomy).end()
    assert status == 2
    assert "sending large.pt" in shown
    assert "100%" in shown
    assert "\x1b[31;1merror[FMT903]" in shown
    assert shown.rindex(BACK) < shown.index("error[FMT903]"), "the line is gone before the page"
    assert HIDDEN not in shown, "who ends it in whatever way has a cursor"


@pytest.mark.parametrize(("option", "environment"), [("--quiet", {}), ("--eval", {"TERM": "dumb"})])
def test_no_bar_where_none_is_wanted(roomy: str, large: Path, option: str, environment: dict[str, str]) -> None:
    _status, shown = Terminal("check", str(large), "--input", "2", "--server", roomy, option, **environment).end()
    assert "sending" not in shown
    assert BACK not in shown
    assert "FMT903" in shown


def test_no_colours_where_none_are_wanted(service: str, detached: Path) -> None:
    told = Terminal("check", str(detached), "--input", "2x4", "--server", service, "-q", NO_COLOR="1")
    status, shown = told.end()
    assert status == 1
    assert "\x1b" not in shown


def test_who_breaks_off_cancels(service: str, endless: bytes, tmp_path: Path, until: Callable[..., None]) -> None:
    path = tmp_path / "endless.pt"
    path.write_bytes(endless)
    terminal = Terminal("check", str(path), "--input", "2x4", "--server", service)
    terminal.until("Ctrl-C cancels it")
    terminal.process.send_signal(signal.SIGINT)
    status, shown = terminal.end()
    assert (status, "interrupted" in shown) == (130, True)
    assert "Traceback" not in shown
    until(lambda: latest(service)["status"] == "cancelled")


def test_a_remark_is_whole(endless: bytes, tmp_path: Path) -> None:
    path = tmp_path / "endless.pt"
    path.write_bytes(endless)
    _status, shown = Terminal("check", str(path), "--input", "2x4", "--timeout", "0.7").end()
    assert f"{BACK}whygrad: endless.pt: --timeout SECONDS gives it longer" in shown


def latest(service: str) -> dict[str, str]:
    listed: dict[str, str] = requests.get(f"{service}/diagnoses?limit=1", timeout=10).json()["diagnoses"][0]
    return listed
