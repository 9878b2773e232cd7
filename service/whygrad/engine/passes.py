"""The passes over a program: without its numbers, with them, and as torch itself would run it."""

from __future__ import annotations

from typing import Literal, get_args

PassName = Literal["structure", "numeric", "replay"]

PASSES: tuple[PassName, ...] = get_args(PassName)
"""In the order in which they run."""

VERIFY = "verify"
"""What comes after them: fixes are tried, each by passes over the program with the fix made."""
