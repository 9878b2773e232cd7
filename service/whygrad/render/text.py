"""A diagnosis as a page for a terminal, from its document alone."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from whygrad.render import operands, parameters, phrases, snippet, terminal
from whygrad.render.terminal import Paint, safe

_COLOURS = {
    "error": "red",
    "warning": "yellow",
    "note": "cyan",
    "faulty": "red",
    "suspect": "yellow",
    "healthy": "green",
}
_FINDINGS_SHOWN = 20
_CHAIN_SHOWN = 8

Json = Mapping[str, Any]


def render(document: Json, *, color: bool = False, width: int = 80) -> str:
    """The page: the headline, the first finding in full, the others shorter, notes, what did not run, the verdict.

    Safe to print whatever the document holds: control characters are spelt out, strings and lists bounded.
    """
    page = _Page(document, terminal.paint if color else terminal.plain, max(width, 40))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(page.lines())).rstrip() + "\n"


class _Page:
    """One document being rendered."""

    def __init__(self, document: Json, paint: Paint, width: int) -> None:
        self.document = document
        self.paint = paint
        self.width = width
        self.faults, self.notes = phrases.parted(document)

    def lines(self) -> Iterator[str]:
        yield from self._headline()
        for number, finding in enumerate(self.faults[:_FINDINGS_SHOWN]):
            yield ""
            yield from self._in_full(finding) if number == 0 else self._shorter(finding)
        yield from phrases.more(len(self.faults) - _FINDINGS_SHOWN, "more findings")
        yield from self._footer()

    def _headline(self) -> Iterator[str]:
        kind, headline = phrases.opening(self.document)
        style = _COLOURS.get(kind.partition("[")[0], "red" if self.faults else "cyan")
        yield self.paint(kind, style, "bold") + self.paint(f": {headline}", "bold")

    def _in_full(self, finding: Json) -> Iterator[str]:
        yield from self._located(finding.get("location") or {}, neighbours=2)
        yield from self._operands(finding)
        yield from self._message(finding)
        yield from self._suffering(finding)
        yield from self._related(finding)
        yield from self._chain(finding)
        yield from self._fix(finding, full=True)
        yield from self._known(finding)
        if finding.get("docs"):
            yield ""
            code = safe(finding.get("code"), 10)
            yield self.paint(f"  {safe(finding.get('name'), 40)}: whygrad rules {code} tells more", "dim")

    def _shorter(self, finding: Json) -> Iterator[str]:
        label = phrases.heading(finding)
        style = _COLOURS.get(str(finding.get("severity")), "red")
        yield self.paint(label, style, "bold") + self.paint(f": {phrases.title(finding)}", "bold")
        yield from self._located(finding.get("location") or {}, neighbours=0)
        yield from self._operands(finding)
        yield from self._suffering(finding)
        yield from self._fix(finding, full=False)
        yield from self._known(finding)

    def _known(self, finding: Json) -> Iterator[str]:
        for remark in phrases.remarks(finding):
            yield ""
            yield f"  {remark}"

    def _located(self, location: Json, *, neighbours: int) -> Iterator[str]:
        where = snippet.place(location)
        if where:
            yield f"  {self.paint('-->', 'blue')} {where}"
        yield from ("  " + row for row in snippet.snippet(location, self.paint, self.width - 2, neighbours=neighbours))
        if neighbours:
            yield from (f"  {caller}" for caller in snippet.callers(location))
        if where and not location.get("source") and location.get("op"):
            yield f"      {safe(location['op'], 80)} (the file does not hold the text of this line)"

    def _operands(self, finding: Json) -> Iterator[str]:
        rows = operands.table(finding, self.paint)
        if rows:
            yield ""
            yield from ("  " + row for row in rows)

    def _message(self, finding: Json) -> Iterator[str]:
        message = safe(finding.get("message") or "", 1500)
        if message and message not in (self.document.get("headline"), finding.get("title")):
            yield ""
            yield from self._wrap(message, "  ", "  ")

    def _suffering(self, finding: Json) -> Iterator[str]:
        suffering = parameters.suffering(self.document, finding)
        if suffering:
            yield ""
            yield from self._wrap(suffering, "  ", "      ")

    def _related(self, finding: Json) -> Iterator[str]:
        shown = finding.get("location") or {}
        for related in (finding.get("related") or [])[:4]:
            location = related.get("location") or {}
            if snippet.same(location, shown):
                continue
            yield ""
            yield f"  {self.paint(safe(related.get('label'), 80), 'cyan')}: {snippet.place(location)}".rstrip(": ")
            yield from ("  " + r for r in snippet.snippet(location, self.paint, self.width - 2, neighbours=0))

    def _chain(self, finding: Json) -> Iterator[str]:
        chain = [safe(phrases.sentence(step), 400) for step in finding.get("chain") or []]
        if not chain:
            return
        yield ""
        yield "  " + self.paint("how it comes about", "bold")
        for number, step in enumerate(chain[:_CHAIN_SHOWN], 1):
            yield from self._wrap(f"{number}. {step}", "    ", "       ")
        yield from (f"    {more}" for more in phrases.more(len(chain) - _CHAIN_SHOWN, "more steps"))

    def _fix(self, finding: Json, *, full: bool) -> Iterator[str]:
        fix = finding.get("fix")
        if not fix:
            return
        yield ""
        first, *rest = self._wrap(f"fix: {safe(fix.get('summary') or '', 600)}", "  ", "       ")
        yield first.replace("fix:", self.paint("fix:", "green", "bold"), 1)
        yield from rest
        yield from self._change(fix)
        proof = phrases.proof(fix)
        if proof:
            yield from self._wrap(proof if full else proof.partition(":")[0], "       ", "       ")

    def _change(self, fix: Json) -> Iterator[str]:
        gone, come, layers = phrases.change(fix)
        for sign, style, rows in (("-", "red", gone), ("+", "green", come)):
            yield from (f"       {self.paint(f'{sign} {safe(row, 160)}', style)}" for row in rows)
        yield from (row for layer in layers for row in self._wrap(safe(layer, 320), "       ", "       "))

    def _footer(self) -> Iterator[str]:
        rows = [*self._note_lines(), *self._not_run()]
        if rows:
            yield ""
            yield from rows
        yield ""
        yield self._verdict()

    def _note_lines(self) -> Iterator[str]:
        for note in self.notes[:_FINDINGS_SHOWN]:
            where = snippet.place(note.get("location") or {})
            text = f"{phrases.heading(note)}: {phrases.title(note)}" + (f" ({where})" if where else "")
            first, *rest = self._wrap(text, "", "    ")
            yield first.replace(phrases.label(note), self.paint(phrases.label(note), "cyan"), 1)
            yield from rest
        yield from phrases.more(len(self.notes) - _FINDINGS_SHOWN, "more notes")

    def _not_run(self) -> Iterator[str]:
        for told in phrases.not_run(self.document):
            yield from self._wrap(told, "", "    ")

    def _verdict(self) -> str:
        word, dot, facts = phrases.verdict(self.document).partition(" · ")
        return self.paint(word, _COLOURS.get(word, "cyan"), "bold") + dot + facts

    def _wrap(self, text: str, first: str, then: str) -> list[str]:
        return textwrap.wrap(
            text,
            self.width,
            initial_indent=first,
            subsequent_indent=then,
            break_long_words=True,
            break_on_hyphens=False,
        ) or [first]
