"""What somebody typed behind `/diagnose`."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Literal

from whygrad.engine.shapes import ShapeSyntaxError, parse_shapes

_NAMED = re.compile(r"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{64})")
_LINK = re.compile(r"<(?:https?://|mailto:)[^|>]*\|([^>]*)>|<((?:https?://|mailto:)[^>]*)>")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " "})

Kind = Literal["form", "help", "upload", "known", "text"]


@dataclass(frozen=True)
class Command:
    """`known` is a diagnosis or a program by its name; `shapes` are None where none were given."""

    kind: Kind
    text: str = ""
    shapes: str | None = None


def read(typed: str) -> Command:
    """What is asked for. Raises ShapeSyntaxError, whose message says where the shapes go wrong."""
    text = _plain(typed)
    if not text:
        return Command("form")
    first, *rest = text.split(maxsplit=1)
    shapes = rest[0] if rest else None
    if text.lower() in ("help", "-h", "--help"):
        return Command("help")
    if first.lower() == "upload" and (shapes is None or _are_shapes(shapes)):
        return Command("upload", shapes=shapes)
    if _NAMED.fullmatch(first):
        if shapes is not None:
            parse_shapes(shapes)
        return Command("known", first.lower(), shapes)
    return Command("text", text)


def _plain(typed: str) -> str:
    """The text as it was typed: Slack escapes marks and makes links of what looks like a host, such as `model.py`."""
    text = _LINK.sub(lambda link: link[1] or link[2], typed)
    return html.unescape(text).translate(_QUOTES).strip().strip("`").strip()


def _are_shapes(text: str) -> bool:
    """Whether it is shapes, well or badly written, and no sentence that begins with `upload`."""
    try:
        parse_shapes(text)
    except ShapeSyntaxError:
        if re.match(r"\s*(\d|:)", text):
            raise
        return False
    return True
