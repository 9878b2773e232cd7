"""Who reads what a command writes: data on stdout, for a terminal or a pipe, the rest on stderr; and the statuses."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click

from whygrad.render import counting
from whygrad.render.terminal import safe
from whygrad_client.report import Report

CLEAN, FOUND, UNJUDGED = 0, 1, 2
FAIL_ON = click.option(
    "--fail-on",
    type=click.Choice([*counting.SEVERITIES, counting.NEVER]),
    default="error",
    show_default=True,
    help="The least severity that counts.",
)
"""The option that says from which severity on a command ends with FOUND."""

_BACK = "\r\x1b[K"


def terminal(stream: Any) -> dict[str, Any]:
    """`color` and `width`: colours, and the width of the window, where somebody is watching."""
    watched = stream.isatty()
    return {
        "color": watched and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        "width": min(shutil.get_terminal_size().columns, 100) if watched else 80,
    }


def tell(page: str) -> None:
    """Write a page to stdout."""
    with heard(sys.stdout):
        click.echo(page, nl=False)


def complain(problem: str) -> None:
    """Say on stderr what went wrong."""
    with heard(sys.stderr):
        click.echo(f"whygrad: {problem}", err=True)


@contextmanager
def heard(stream: TextIO) -> Iterator[None]:
    """Where whoever reads the stream has left, the rest is for nobody: that changes nothing in what was found."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # nor shall the flush at exit fail


def whose(id: str) -> str:
    """What is said where it is not known which service an id is of."""
    return f"whose diagnosis is {safe(id, 60)}? Say --server URL, or set WHYGRAD_SERVER"


class Watch:
    """How far a program is, on one line of stderr that is gone afterwards; nothing where nobody watches."""

    def __init__(self, name: str, *, quiet: bool = False) -> None:
        self.watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
        self._name = safe(name, 200)
        self._bar: Any = None
        self._shown: str | None = None
        self._began = time.monotonic()

    @property
    def sent(self) -> Callable[[int, int], None] | None:
        """What is told how many bytes of how many have left."""
        return self._sent if self.watched else None

    @property
    def asked(self) -> Callable[[Report], None] | None:
        """What is told of the diagnosis as it stands."""
        return self._asked if self.watched else None

    def say(self, what: str) -> None:
        """Show what goes on."""
        if self.watched:
            self._show(f"{self._name}: {what}")

    def complain(self, problem: str) -> None:
        """Say on stderr what is to be known of it, whoever watches."""
        self._clear()
        complain(f"{self._name}: {problem}")

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_error: object) -> None:
        self._clear()

    def _clear(self) -> None:
        if self.watched:
            self._show("")

    def _show(self, line: str) -> None:
        if line != self._shown:
            click.echo(f"{_BACK}{line}", nl=False, err=True)
        self._shown = line

    def _sent(self, sent: int, total: int) -> None:
        """Show the bar without drawing it by click, which hides the cursor and shows it again only with a new line."""
        if self._bar is None:
            self._bar = click.progressbar(length=total, label=f"sending {self._name}", file=sys.stderr)
        self._bar.make_step(sent - self._bar.pos)
        self._show(self._bar.format_progress_line())

    def _asked(self, report: Report) -> None:
        self.say(f"{report.status}, {time.monotonic() - self._began:.0f} s; Ctrl-C cancels it")
