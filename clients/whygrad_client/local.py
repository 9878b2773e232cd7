"""A diagnosis without a service, where the engine is installed: the same sandbox, on this machine."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from whygrad_client.errors import WhygradError
from whygrad_client.report import Report

SECONDS = 120.0
MEMORY_BYTES = 4 * 1024**3


class MissingExtra(WhygradError):  # noqa: N818 - named after what happened
    """A part of the distribution is not installed; the text says which and how to have it."""


def require(extra: str, modules: tuple[str, ...], purpose: str) -> None:
    """Raise MissingExtra where one of these modules is not installed."""
    absent = [module for module in modules if find_spec(module) is None]
    if absent:
        raise MissingExtra(f'{purpose} needs {", ".join(absent)}: pip install "whygrad[{extra}]"')


def diagnose(model: Path, request: dict[str, Any]) -> Report:
    """The diagnosis of a file, made in a sandboxed child of this process; `request` has all its defaults.

    Raises MissingExtra where torch is not installed, WhygradError where the sandbox or the device is not here.
    """
    if sys.platform != "linux":
        raise WhygradError(
            "programs are run in a sandbox that only Linux has: send this one to a service, --server URL"
        )
    if request["device"] == "cuda":
        raise WhygradError("a check without a service runs on the CPU: leave device at auto, or say --server URL")
    require("worker", ("torch",), "a check without a service")
    from whygrad import sandbox  # only here: a client without the extra has neither, and needs neither
    from whygrad.jobs import examination

    try:
        sandbox.warm()
        began = time.monotonic()
        document = examination.examine(model, request, limits=sandbox.Limits(SECONDS, MEMORY_BYTES))
    except sandbox.SandboxError as error:
        raise WhygradError(str(error)) from error
    finally:
        sandbox.close()
    elapsed = (time.monotonic() - began) * 1000
    described = document["model"] | {"name": model.name, "bytes": model.stat().st_size}
    timing = document["timing"] | {"total_ms": round(elapsed, 3)}
    return Report(document | {"status": "done", "model": described, "request": request, "timing": timing})
