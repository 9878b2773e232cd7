"""The project's own texts as a page shows them: what stands in backticks is code, a code of the catalogue a link."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from whygrad.engine.codes import CODES

_MARKED = re.compile(r"`([^`]+)`|\b([A-Z]{3}[0-9]{3})\b")


@dataclass(frozen=True)
class Line:
    """A line of an example, and whether the other one of the twins has it otherwise."""

    text: str
    changed: bool


def prose(text: str) -> Markup:
    """The paragraphs of a text. Whatever is in it is text; only the marks are made into elements."""
    return Markup("").join(Markup("<p>{}</p>").format(inline(part)) for part in re.split(r"\n\s*\n", text))


def inline(text: str) -> Markup:
    """A text without paragraphs."""
    return Markup("").join(_pieces(text))


def twins(bad: str, good: str) -> tuple[list[Line], list[Line]]:
    """The lines of both, those marked in which they differ."""
    before, after = bad.splitlines(), good.splitlines()
    same = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = [{block[side] + n for block in same for n in range(block.size)} for side in (0, 1)]
    sides = zip((before, after), kept, strict=True)
    told = [[Line(text, number not in known) for number, text in enumerate(lines)] for lines, known in sides]
    return told[0], told[1]


def _pieces(text: str) -> Iterator[Markup]:
    end = 0
    for mark in _MARKED.finditer(text):
        yield escape(text[end : mark.start()])
        yield _marked(mark[1], mark[0])
        end = mark.end()
    yield escape(text[end:])


def _marked(code: str | None, text: str) -> Markup:
    if code is not None:
        return Markup("<code>{}</code>").format(code)
    return Markup('<a href="/rules/{0}">{0}</a>').format(text) if text in CODES else escape(text)


FILTERS: Mapping[str, Callable[..., object]] = {"prose": prose, "inline": inline}
