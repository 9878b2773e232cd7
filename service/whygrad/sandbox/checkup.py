"""What `whygrad doctor` says: which layers this host has, and whether the engine works behind them."""

from __future__ import annotations

import time
from dataclasses import dataclass, fields

from whygrad.sandbox import lockdown, parent
from whygrad.sandbox.nursery import SandboxError
from whygrad.sandbox.task import Isolation

IN_FORCE = {
    "seccomp": "no system call takes a path, starts a process or reaches the network",
    "landlock": "files, ports and other processes are out of reach a second time",
    "limits": "time, memory, files and descriptors are bounded",
    "privileges": "no capability is held, and none can be gained",
    "nobody": "root becomes a user who owns nothing",
}
MISSING = {
    "landlock": "this kernel has none, or has it switched off; the filter of system calls holds without it",
    "limits": "this kernel lacks one of the bounds; the deadline holds without it",
    "nobody": "not root, or not able to be somebody else: a program runs as the user of its worker",
}


@dataclass(frozen=True)
class Checkup:
    """Whether programs are confined here, and the lines that say by what."""

    confined: bool
    lines: list[str]


def checkup() -> Checkup:
    """Start a zygote, which tries its jail, and tell what it saw. It takes some seconds."""
    missing = lockdown.missing_here()
    began = time.monotonic()
    try:
        isolation = parent.warm(insecure=missing is not None)
    except SandboxError as error:
        return Checkup(False, [_line("self-test", "failed", str(error)), "Programs cannot be run on this host."])
    finally:
        parent.close()
    tried = f"a forward, a backward, their structure and a proof of the fix, in {time.monotonic() - began:.1f} s"
    lines = [*_layers(isolation, missing), _line("self-test", "passed", tried)]
    if missing is None:
        return Checkup(True, [*lines, "Programs are confined on this host."])
    refused = "Programs are not confined on this host: they are refused, unless --insecure-no-sandbox says otherwise."
    return Checkup(False, [*lines, refused])


def _layers(isolation: Isolation, missing: str | None) -> list[str]:
    held = {field.name: getattr(isolation, field.name) for field in fields(isolation)}
    return [
        _line(layer, "in force", told) if held[layer] else _line(layer, "missing", MISSING.get(layer) or missing or "")
        for layer, told in IN_FORCE.items()
    ]


def _line(what: str, state: str, told: str) -> str:
    return f"{what:<11} {state:<9} {told}"
