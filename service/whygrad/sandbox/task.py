"""What goes into the sandbox and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["examine", "describe", "locate"]
Ending = Literal["finished", "timed-out", "out-of-memory", "crashed", "garbled", "forbidden", "failed"]


@dataclass(frozen=True)
class Task:
    """What to do with an upload; `request` is the contract's, with all defaults (and `node` for `locate`).

    `draw` asks for the graph of what was observed too.
    """

    kind: Kind
    upload: Path
    request: dict[str, Any]
    draw: bool = False


@dataclass(frozen=True)
class Limits:
    """How long a task may take, how much it may allocate, and how large each document of it may be.

    `cpu_seconds` is its time on the processors, over all its threads.
    """

    seconds: float
    memory_bytes: int
    cpu_seconds: float = 600.0
    document_bytes: int = 1_000_000


@dataclass(frozen=True)
class Isolation:
    """The layers that a child was locked into, each in force or not here."""

    nobody: bool
    """It was root, and became a user who owns nothing."""
    privileges: bool
    """It holds no capability, and no program that it could start would have one."""
    limits: bool
    """Time, memory, files and descriptors are bounded."""
    landlock: bool
    """Landlock keeps it from every file, port and process."""
    seccomp: bool
    """It can make no system call that takes a path, starts a process or reaches the network."""


@dataclass(frozen=True)
class Outcome:
    """How a task ended, its last valid document, where it was (the pass, and the node in it), and what held it.

    `graph` is the last one drawn.

    `garbled`: it sent too much, or nothing. `forbidden`: it was ended for a system call. `failed`: a fault of ours
    inside the child. `detail` is for the log, never for a user. `isolation` is None where the child was gone before it
    was locked in.
    """

    ending: Ending
    document: dict[str, Any] | None
    pass_name: str | None
    node: int | None
    detail: str
    seconds: float
    isolation: Isolation | None = None
    graph: dict[str, Any] | None = None
