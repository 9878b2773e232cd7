"""What many messages of shapes share: the last resort."""

from __future__ import annotations

import re

from whygrad.engine.explain.messages.message import RAISED, Message, vague

MESSAGES = vague(
    "SHP717",
    r"^(Runtime|Index)Error: (?!.*(during iteration|for axis)).*\b(shapes?|sizes?|dimensions?|dims?)\b",
)

UNNAMED = Message(re.compile(""), ("RUN005",), RAISED)
"""An error that torch's own files raised, in words that no row has."""
