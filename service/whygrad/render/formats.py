"""Every format of a diagnosis by its name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from whygrad.render import github, html, junit, markdown, phrases, sarif, text
from whygrad.render.terminal import safe

FORMATS = ("text", "json", "jsonl", "markdown", "html", "sarif", "junit", "github")

Json = Mapping[str, Any]


def render(
    form: str,
    documents: Sequence[Json],
    *,
    fail_on: str = "error",
    listed: bool = False,
    color: bool = False,
    width: int = 80,
) -> str:
    """The diagnoses in one of `FORMATS`; `color` and `width` are for text, `fail_on` says what a JUnit case fails for.

    JSON is the document itself, and a list where there are several or `listed` says so; the lines of jsonl are one
    document each.
    """
    match form:
        case "json":
            return json.dumps(list(documents) if listed or len(documents) != 1 else documents[0], indent=2) + "\n"
        case "jsonl":
            return "".join(f"{json.dumps(document)}\n" for document in documents)
        case "markdown":
            return markdown.render(documents)
        case "html":
            return html.render(documents)
        case "sarif":
            return sarif.render(documents)
        case "junit":
            return junit.render(documents, fail_on=fail_on)
        case "github":
            return github.render(documents)
        case _:
            pages = [text.render(document, color=color, width=width) for document in documents]
            return "\n".join(map(_named, documents, pages)) if listed or len(pages) > 1 else "".join(pages)


def _named(document: Json, page: str) -> str:
    """A page among others: the program's name stands above it."""
    return f"{safe(phrases.program(document), 200)}\n\n{page}"
