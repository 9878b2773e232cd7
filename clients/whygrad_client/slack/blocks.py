"""Pieces of Slack's Block Kit, within its limits whatever is put into them.

What comes from a program stands in rich text, whose letters are never read as markup: no name mentions anybody, makes
a link, or gets out of a block of code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MOST_BLOCKS = 50
LONGEST_BLOCK = 3_000
LONGEST_MESSAGE = 13_200
LONGEST_NOTICE = 500
LONGEST_LABEL = 75
LONGEST_TITLE = 24
LONGEST_VALUE = 2_000
LONGEST_METADATA = 3_000

_ELLIPSIS = "…"
_UNSEEN = "\u200b"

Block = dict[str, Any]
"""A block of Block Kit, or a piece of one."""


@dataclass(frozen=True)
class Message:
    """What is said: a `text` for the notification, and the blocks that stand in the conversation."""

    text: str
    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, text: str, *blocks: Block | None) -> Message:
        """The message within Slack's limits: what is too much is left out before the last two blocks."""
        kept = [block for block in blocks if block is not None]
        while len(kept) > MOST_BLOCKS or sum(map(_length, kept)) > LONGEST_MESSAGE:
            del kept[max(len(kept) - 3, 0)]
        return cls(notice(text), tuple(kept))

    def payload(self) -> Block:
        """As a method of Slack takes it."""
        return {"text": self.text, "blocks": list(self.blocks)}


def notice(text: str) -> str:
    """A text in Slack's markup in which nothing is any: for a notification, which shows no blocks."""
    short = text if len(text) <= LONGEST_NOTICE else text[: LONGEST_NOTICE - 1] + _ELLIPSIS
    marked = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return marked.replace("://", f":{_UNSEEN}//")


def rich(*elements: Block | None) -> Block | None:
    """A block of lines, code and lists; None where there are none. It is cut where it is too long."""
    kept = [element for element in elements if element is not None]
    return _cut({"type": "rich_text", "elements": kept}, LONGEST_BLOCK) if kept else None


def line(*runs: Block) -> Block:
    """A line of text; `word`, `emoji` and `user` make its runs."""
    return {"type": "rich_text_section", "elements": list(runs)}


def code(rows: Iterable[str]) -> Block | None:
    """Rows in a type of fixed width, as they are; None where there are none."""
    text = "\n".join(rows)
    return {"type": "rich_text_preformatted", "elements": [word(text)]} if text else None


def bullets(rows: Iterable[str]) -> Block | None:
    """A list; None where it is empty."""
    listed = [line(word(row)) for row in rows]
    return {"type": "rich_text_list", "style": "bullet", "elements": listed} if listed else None


def word(text: str, style: str = "") -> Block:
    """Letters as they are, also `<!channel>`; `style` is `bold`, `italic` or `code`."""
    shown = re.sub(r"<(?=[!@#])", f"<{_UNSEEN}", text) or " "
    return {"type": "text", "text": shown} | ({"style": {style: True}} if style else {})


def emoji(name: str) -> Block:
    """One of Slack's own pictures."""
    return {"type": "emoji", "name": name}


def user(id: str) -> Block:
    """The name of somebody in this workspace, who hears of it."""
    return {"type": "user", "user_id": id}


def link(url: str, text: str) -> Block:
    """A link of our own."""
    return {"type": "link", "url": url, "text": text}


def actions(*buttons: Block | None) -> Block | None:
    """A row of buttons; None where there are none."""
    kept = [button for button in buttons if button is not None]
    return {"type": "actions", "elements": kept} if kept else None


def button(action: str, label: str, *, value: str | None = None, url: str | None = None, style: str = "") -> Block:
    """A button that holds a `value`, of LONGEST_VALUE characters at most, or leads to a `url`."""
    more = {"value": value, "url": url, "style": style or None}
    given = {name: said for name, said in more.items() if said is not None}
    return {"type": "button", "action_id": action, "text": plain(label, LONGEST_LABEL)} | given


def plain(text: str, limit: int) -> Block:
    """A label, which Slack reads no markup in."""
    short = text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS
    return {"type": "plain_text", "text": word(short)["text"][:limit], "emoji": False}


def _length(block: Block) -> int:
    """How many characters a block shows."""
    texts = (value if key == "text" and isinstance(value, str) else "" for key, value in _walk(block))
    return sum(map(len, texts))


def _walk(value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _walk(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _walk(inner)


def _cut(block: Block, room: int) -> Block:
    """The block with its texts cut where there is no room any more."""
    if _length(block) <= room:
        return block

    def shorten(value: Any) -> Any:
        nonlocal room
        if isinstance(value, list):
            return [inner for inner in map(shorten, value) if inner is not None]
        if not isinstance(value, dict):
            return value
        if "elements" in value:
            inner = shorten(value["elements"])
            return value | {"elements": inner} if inner else None
        text = value.get("text")
        if not isinstance(text, str):
            return value
        if room <= 0:
            return None
        kept = text if len(text) <= room else text[: room - 1] + _ELLIPSIS
        room -= len(kept)
        return value | {"text": kept}

    shortened: Block = shorten(block)
    return shortened
