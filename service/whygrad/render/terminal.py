"""Strings of a document made safe for a terminal: nothing in them moves the cursor, hides or runs on for ever."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from whygrad.engine.spelling import spelt

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
Paint = Callable[..., str]


def safe(value: Any, limit: int = 400) -> str:
    """The value as one bounded line: tabs become blanks, all else that is not printed is spelt out (`\\x1b`)."""
    return spelt(str(value)[: limit + 1].replace("\t", " "), limit)


def columns(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def paint(text: str, *styles: str) -> str:
    """The text in colour."""
    return f"\x1b[{';'.join(STYLES[s] for s in styles)}m{text}\x1b[0m" if text else text


def plain(text: str, *styles: str) -> str:
    """The text as it is: `paint` for a place without colours."""
    del styles
    return text
