"""Text of strangers: a name, a source line or a message of a program may hold anything that Unicode has.

Here it is bounded, and what is not printed (control characters, escapes, overrides of the writing direction, halves of
characters) is spelt out, `\\x1b`. What means something in one format alone, `<` or `|`, that format's renderer escapes.
Every diagnosis goes through `plain` where it is written, and again where it comes out of the sandbox, since a program
that took its process over may write what it likes.
"""

from __future__ import annotations

import unicodedata
from typing import Any

LONGEST = 256
LONGEST_SENTENCE = 4_000

LINES = frozenset({"headline", "title", "label", "why_not"})
PARAGRAPHS = frozenset({"message", "summary", "before", "after", "evidence", "source", "chain", "problem"})
"""The fields of a document that hold sentences or code; what stands in any other is a name."""

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def spelt(text: str, limit: int = LONGEST, *, keep: str = "") -> str:
    """The text in at most `limit` characters, all of them printed; those in `keep`, a line break, stay."""
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    shown = "".join(c if c in keep else _spelt(c) for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def quoted(text: str, limit: int = 80) -> str:
    """The text in quotes, spelt out, as a name out of a file stands in a sentence."""
    return f"'{spelt(text, limit)}'"


def plain(value: Any, field: str = "") -> Any:
    """A JSON value, found in a document's `field`, with every text in it spelt out and bounded."""
    if isinstance(value, str):
        keep = "\n\t" if field in PARAGRAPHS else ""
        return spelt(value, LONGEST_SENTENCE if keep or field in LINES else LONGEST, keep=keep)
    if isinstance(value, list):
        return [plain(item, field) for item in value]
    if isinstance(value, dict):
        return {spelt(key): plain(item, key) for key, item in value.items()}
    return value


def _spelt(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN:
        return ascii(character)[1:-1]
    return character
