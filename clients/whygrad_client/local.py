"""A diagnosis without a service, where the engine is installed: the same sandbox, on this machine."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from whygrad_client.errors import WhygradError
from whygrad_client.report import Report

SECONDS = 120.0
"""How long a program may run where nobody says otherwise."""
JOB_SECONDS = "WHYGRAD_JOB_SECONDS"
TORCH = "2.13"
"""The one that the worker takes."""
_WITH_TORCH = ("worker", "service")
MEMORY_BYTES = 4 * 1024**3
_LONGEST_COUNTED = 1e9
"""Seconds of each processor; over all of them the kernel counts no further than 2**63."""
Request = dict[str, Any]
Examine = Callable[[Path, Request], Report]
ELSEWHERE = "name a service that judges: WHYGRAD_SERVER, --server, or --whygrad-server of pytest"
ONLY_LINUX = (
    "programs are run in a sandbox that only Linux has: send this one to a service, --server URL, or run whygrad in a "
    "Linux container, for which SECURITY.md has the line"
)


class MissingExtra(WhygradError):  # noqa: N818 - named after what happened
    """A part of the distribution is not installed; the text says which and how to have it."""


def require(extra: str, modules: tuple[str, ...], purpose: str) -> None:
    """Raise MissingExtra where one of these modules is not installed."""
    absent = [module for module in modules if find_spec(module) is None]
    if absent:
        beside = _beside_torch() if extra in _WITH_TORCH else ""
        raise MissingExtra(f'{purpose} needs {", ".join(absent)}: pip install "whygrad[{extra}]"{beside}')


def _beside_torch() -> str:
    """What is said of another torch that is installed, which those extras would take the place of."""
    try:
        version = metadata.version("torch")
    except metadata.PackageNotFoundError:
        return ""
    if version.startswith(f"{TORCH}."):
        return ""
    return f", in an environment of its own: it brings torch {TORCH} in the place of the {version} that is here"


@contextmanager
def engine(*, insecure: bool = False, seconds: float | None = None) -> Iterator[Examine]:
    """What diagnoses a file in a sandboxed child of this process; a request has all its defaults.

    `insecure`: also where this host cannot confine the child. `seconds`: how long a program may run, which is else said
    by WHYGRAD_JOB_SECONDS, as for a service.

    Raises MissingExtra where torch is not installed, WhygradError where the sandbox or the device is not here.
    """
    try:
        _refuse_elsewhere("a check without a service")
    except MissingExtra as error:
        raise MissingExtra(f"{error}; or {ELSEWHERE}") from None
    allowed = _job_seconds() if seconds is None else seconds
    from whygrad import sandbox  # only here: a client without the extra has neither, and needs neither
    from whygrad.jobs import examination

    on_processors = max(sandbox.Limits.cpu_seconds, min(allowed, _LONGEST_COUNTED) * (os.cpu_count() or 1))
    limits = sandbox.Limits(allowed, MEMORY_BYTES, on_processors)

    def diagnose(model: Path, request: Request) -> Report:
        if request["device"] == "cuda":
            raise WhygradError("a check without a service runs on the CPU: leave device at auto, or say --server URL")
        try:
            sandbox.warm(insecure=insecure)
            began = time.monotonic()
            document = examination.examine(model, request, limits=limits)
        except sandbox.SandboxError as error:
            hint = "" if insecure else "; whygrad doctor tells more"
            raise WhygradError(f"{error}{hint}") from error
        elapsed = (time.monotonic() - began) * 1000
        described = document["model"] | {"name": model.name, "bytes": model.stat().st_size}
        timing = document["timing"] | {"total_ms": round(elapsed, 3)}
        return Report.read(document | {"status": "done", "model": described, "request": request, "timing": timing})

    try:
        yield diagnose
    finally:
        sandbox.close()


def parse_seconds(given: float | str) -> float:
    """How many seconds a program may take, as somebody gave them. Raises ValueError, whose text says what is wanted."""
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError("must be a number of seconds above 0")
    return seconds


def _job_seconds() -> float:
    given = os.environ.get(JOB_SECONDS) or SECONDS
    try:
        return parse_seconds(given)
    except ValueError as error:
        raise WhygradError(f"{JOB_SECONDS}={given!r}: {error}") from error


def doctor() -> tuple[bool, list[str]]:
    """Whether programs are confined on this machine, and the lines that say by what; tried, in some seconds.

    Raises MissingExtra where torch is not installed, WhygradError where this is not Linux.
    """
    _refuse_elsewhere("whygrad doctor")
    from whygrad.sandbox import checkup  # only here, as above

    told = checkup.checkup()
    return told.confined, told.lines


def _refuse_elsewhere(purpose: str) -> None:
    if sys.platform != "linux":
        raise WhygradError(ONLY_LINUX)
    require("worker", ("torch",), purpose)
