"""A diagnosis without a service, where the engine is installed: the same sandbox, on this machine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from whygrad_client.errors import WhygradError
from whygrad_client.report import Report

SECONDS = 120.0
"""How long a program may run where nobody says otherwise."""
JOB_SECONDS = "WHYGRAD_JOB_SECONDS"
MEMORY_BYTES = 4 * 1024**3
Request = dict[str, Any]
Examine = Callable[[Path, Request], Report]
ELSEWHERE = "name a service that judges: WHYGRAD_SERVER, --server, or --whygrad-server of pytest"
ONLY_LINUX = "programs are run in a sandbox that only Linux has: send this one to a service, --server URL"


class MissingExtra(WhygradError):  # noqa: N818 - named after what happened
    """A part of the distribution is not installed; the text says which and how to have it."""


def require(extra: str, modules: tuple[str, ...], purpose: str) -> None:
    """Raise MissingExtra where one of these modules is not installed."""
    absent = [module for module in modules if find_spec(module) is None]
    if absent:
        raise MissingExtra(f'{purpose} needs {", ".join(absent)}: pip install "whygrad[{extra}]"')


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
    lasting = seconds or _job_seconds()
    from whygrad import sandbox  # only here: a client without the extra has neither, and needs neither
    from whygrad.jobs import examination

    def diagnose(model: Path, request: Request) -> Report:
        if request["device"] == "cuda":
            raise WhygradError("a check without a service runs on the CPU: leave device at auto, or say --server URL")
        try:
            sandbox.warm(insecure=insecure)
            began = time.monotonic()
            document = examination.examine(model, request, limits=sandbox.Limits(lasting, MEMORY_BYTES))
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


def _job_seconds() -> float:
    given = os.environ.get(JOB_SECONDS) or str(SECONDS)
    try:
        if 0 < float(given) < float("inf"):
            return float(given)
    except ValueError:
        pass
    raise WhygradError(f"{JOB_SECONDS}={given!r}: must be a number of seconds above 0")


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
