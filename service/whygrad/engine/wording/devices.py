"""The user's line without the device that is written into it."""

from __future__ import annotations

import re

from whygrad.engine.wording.rewriting import ARGUMENTS, rewritten


def on_device_of(source: str | None, name: str) -> str | None:
    """The line where what named a device is where another tensor is."""
    made = rewritten(source, r"\.cuda\([^()]*\)", "")
    if made and re.search(r"torch\.\w+\(", made) and made.count("(") == made.count(")"):
        return _with_device(made, name) or made
    written = r"(device\s*=\s*)?(torch\.device\()?(['\"])(cuda|mps|xpu)(:\d+)?\3(?(2)\))"
    return made or rewritten(source, written, rf"\g<1>{name}.device")


def _with_device(line: str, name: str) -> str | None:
    """The line with the device of a tensor given to the one tensor that it makes."""
    factory = r"(torch\.(?:zeros|ones|empty|full|rand|randn|arange|eye|linspace)\(" + ARGUMENTS + r")\)"
    return rewritten(line, factory, rf"\1, device={name}.device)")
