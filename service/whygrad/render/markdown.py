"""A diagnosis as Markdown, for a pull request, a chat or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from whygrad.render.story import Block, story

_MARKS = re.compile(r"[\\`*_\[\]<>&|~#$!]|:(?=//)|(?<=\bwww)\.|^[-+=>]|^\d+(?=[.)])", re.IGNORECASE)


def render(documents: Iterable[Mapping[str, Any]]) -> str:
    """The page of each diagnosis, with a rule between two."""
    return "\n---\n\n".join(page(story(document)) for document in documents)


def page(blocks: Iterable[Block]) -> str:
    """The blocks as one page."""
    return "".join(f"{_block(block)}\n\n" for block in blocks).rstrip() + "\n"


def escaped(text: str) -> str:
    """A text in which no character means anything to Markdown, and which mentions nobody."""
    return _MARKS.sub(_escape, text).replace("@", "@<!-- -->")


def fenced(lines: Iterable[str], language: str = "") -> str:
    """Lines of code between fences that are longer than any in the code."""
    code = "\n".join(lines)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}{language}\n{code}\n{fence}"


def _escape(mark: re.Match[str]) -> str:
    return f"{mark[0]}\\" if mark[0].isdigit() else f"\\{mark[0]}"


def _block(block: Block) -> str:
    if block.kind in ("code", "change"):
        return fenced(block.lines, "diff" if block.kind == "change" else "text")
    if block.kind in ("steps", "list"):
        marks = (f"{n}." if block.kind == "steps" else "-" for n in range(1, len(block.lines) + 1))
        rows = "\n".join(f"{mark} {escaped(line)}" for mark, line in zip(marks, block.lines, strict=True))
        return f"**{escaped(block.label)}**\n\n{rows}" if block.label else rows
    label = f"**{escaped(block.label)}:** " if block.label else ""
    before = {"title": "### ", "heading": "#### "}.get(block.kind, "")
    text = escaped(block.lines[0])
    return f"**{text}**" if block.kind == "verdict" else f"{before}{label}{text}".rstrip()
