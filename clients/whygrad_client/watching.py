"""Who reads what a command writes: data on stdout, for a terminal or a pipe, the rest on stderr; and the statuses."""

from __future__ import annotations

import os
import shutil
from typing import Any

import click

CLEAN, FOUND, UNJUDGED = 0, 1, 2


def terminal(stream: Any) -> dict[str, Any]:
    """`color` and `width`: colours, and the width of the window, where somebody is watching."""
    watched = stream.isatty()
    return {
        "color": watched and not os.environ.get("NO_COLOR"),
        "width": min(shutil.get_terminal_size().columns, 100) if watched else 80,
    }


def complain(problem: str) -> None:
    """Say on stderr what went wrong."""
    click.echo(f"whygrad: {problem}", err=True)
