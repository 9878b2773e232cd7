"""A diagnosis as a sequence of plain blocks, which a format for pages (Markdown, HTML) only has to put its marks on.

Every text in a block is bounded and printed throughout; what means something in one format alone is left to escape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from whygrad.render import operands, parameters, phrases, snippet
from whygrad.render.terminal import plain, safe

_FINDINGS_SHOWN = 20
_CHAIN_SHOWN = 12
_WIDTH = 100

Json = Mapping[str, Any]
Kind = Literal["title", "heading", "text", "code", "change", "steps", "list", "verdict"]


@dataclass(frozen=True)
class Block:
    """Lines of one kind; a `title`, `heading`, `text` and `verdict` have one line, `label` stands before it."""

    kind: Kind
    lines: tuple[str, ...]
    label: str = ""


def story(document: Json) -> Iterator[Block]:
    """The headline, each finding with its place, operands, chain and fix, the notes, what did not run, the verdict."""
    faults, notes = phrases.parted(document)
    label, headline = phrases.opening(document)
    yield Block("title", (headline,), label)
    if (document.get("model") or {}).get("name"):
        yield Block("text", (safe(phrases.program(document), 200),), "Program")
    for number, finding in enumerate(faults[:_FINDINGS_SHOWN]):
        if number:
            yield Block("heading", (phrases.title(finding),), phrases.heading(finding))
        yield from _finding(document, finding)
    rest = [*phrases.more(len(faults) - _FINDINGS_SHOWN, "more findings"), *_notes(notes), *phrases.not_run(document)]
    if rest:
        yield Block("list", tuple(rest))
    yield Block("verdict", (phrases.verdict(document),))


def _finding(document: Json, finding: Json) -> Iterator[Block]:
    location = finding.get("location") or {}
    yield from _place(location)
    callers = snippet.callers(location)
    if callers:
        yield Block("list", tuple(callers))
    rows = operands.table(finding, plain)
    if rows:
        yield Block("code", tuple(rows))
    message = safe(finding.get("message") or "", 1500)
    if message and message not in (document.get("headline"), finding.get("title")):
        yield Block("text", (message,))
    suffering = parameters.suffering(document, finding)
    if suffering:
        yield Block("text", (suffering,))
    for related in (finding.get("related") or [])[:4]:
        if not snippet.same(related.get("location") or {}, location):
            yield from _place(related.get("location") or {}, safe(related.get("label") or "", 80))
    chain = [safe(phrases.sentence(step), 400) for step in finding.get("chain") or []]
    if chain:
        yield Block("steps", tuple(chain[:_CHAIN_SHOWN]), "How it comes about")
    yield from _fix(finding.get("fix") or {})
    yield from (Block("text", (remark,)) for remark in phrases.remarks(finding))


def _place(location: Json, label: str = "") -> Iterator[Block]:
    where = snippet.place(location)
    if where or label:
        yield Block("text", (where,), label)
    rows = snippet.snippet(location, plain, _WIDTH)
    if rows:
        yield Block("code", tuple(rows[1:]))


def _fix(fix: Json) -> Iterator[Block]:
    if not fix:
        return
    yield Block("text", (safe(fix.get("summary") or "", 600),), "Fix")
    gone, come, layers = phrases.change(fix)
    rows = tuple(f"{sign}{safe(row, 160)}" for sign, code in (("- ", gone), ("+ ", come)) for row in code)
    yield from [Block("change", rows)] if rows else []
    yield from (Block("text", (safe(layer, 320),)) for layer in layers)
    proof = phrases.proof(fix)
    if proof:
        yield Block("text", (proof,))


def _notes(notes: list[Json]) -> Iterator[str]:
    for note in notes[:_FINDINGS_SHOWN]:
        where = snippet.place(note.get("location") or {})
        yield f"{phrases.heading(note)}: {phrases.title(note)}" + (f" ({where})" if where else "")
    yield from phrases.more(len(notes) - _FINDINGS_SHOWN, "more notes")
