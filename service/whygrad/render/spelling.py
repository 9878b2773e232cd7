"""Text of strangers: a name, a source line or a message of a program may hold anything that Unicode has.

Here it is bounded, and what is not printed (control characters, escapes, overrides of the writing direction, halves of
characters) is spelt out, `\\x1b`. What means something in one format alone, `<` or `|`, that format's renderer escapes.
"""

from __future__ import annotations

import unicodedata

LONGEST = 256

_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def spelt(text: str, limit: int = LONGEST, *, keep: str = "") -> str:
    """The text in at most `limit` characters, all of them printed; those in `keep`, a line break, stay."""
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    shown = "".join(c if c in keep else _spelt(c) for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _spelt(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN:
        return character.encode("unicode_escape").decode("ascii")
    return character
