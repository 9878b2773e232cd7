"""What is taken where nobody says otherwise; an assertion asks the environment, and within pytest its options."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

SERVER_SECONDS = 600.0
"""How long a service may take for one program, its queue included."""


def _server() -> str | None:
    return os.environ.get("WHYGRAD_SERVER") or None


def _insecure() -> bool:
    return os.environ.get("WHYGRAD_INSECURE_NO_SANDBOX", "").lower() in ("1", "true", "yes", "on")


@dataclass(frozen=True)
class Defaults:
    """`server` judges, this machine where it is None; `fail_on` is what fails.

    The user's sources are below `root`, or in the repository around it, and are read `here`. What the nearest project's
    file says of saved programs, as seen from the folder `project`, counts; none does where that is None.
    """

    server: str | None = field(default_factory=_server)
    fail_on: str = "warning"
    insecure: bool = field(default_factory=_insecure)
    root: Path = field(default_factory=Path.cwd)
    here: Path = field(default_factory=Path.cwd)
    project: Path | None = None


_in_force: list[Defaults] = []


def current() -> Defaults:
    """Those that are in force."""
    return _in_force[-1] if _in_force else Defaults()


def enter(defaults: Defaults) -> None:
    """Put them in force, until `leave`."""
    _in_force.append(defaults)


def leave() -> None:
    """Those before them are in force again."""
    _in_force.pop()
