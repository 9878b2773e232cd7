"""What an error message can mean, and what a rule says of itself, as text for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from whygrad.engine import catalogue
from whygrad.render import terminal
from whygrad.render.terminal import Paint, safe

_LONGEST = 4_000
_IN_FULL = 3
_NO_BREAK = "\xa0"


def render_explanation(explanation: Mapping[str, Any], *, color: bool = False, width: int = 80) -> str:
    """The page for what POST /explain answers: the message, each code it can mean, the hint."""
    paint = terminal.paint if color else terminal.plain
    lines = [paint(safe(explanation["message"], 500) or "(no text)", "bold")]
    if explanation.get("remark"):
        lines += _paragraph(explanation["remark"], width, "  ")
    for said in (explanation.get("place"), explanation.get("numbers")):
        lines += _paragraph(said, width, "  ", "    ") if said else []
    candidates = explanation["candidates"]
    if len(candidates) > 1:
        lines += ["", f"one of {len(candidates)} causes, the likeliest first:"]
    for candidate in candidates[:_IN_FULL]:
        lines += ["", *_candidate(candidate, paint, width)]
    if candidates[_IN_FULL:]:
        lines += ["", *_in_short(candidates[_IN_FULL:], paint)]
    lines += _questions(explanation.get("ask", []), paint, width)
    return "\n".join([*lines, "", *_paragraph(explanation["hint"], width, "")]) + "\n"


def render_rule(rule: Mapping[str, Any], *, color: bool = False, width: int = 80) -> str:
    """The page for a rule as GET /rules/{code} answers it: what happened, why, the fix, the bad and the good twin."""
    paint = terminal.paint if color else terminal.plain
    lines = [paint(f"{rule['code']} {rule['name']}", "bold"), *_paragraph(rule["summary"], width, "")]
    for heading, field in (
        ("What happened", "what_happened"),
        ("Why it matters", "why_it_matters"),
        ("How to fix it", "how_to_fix"),
        ("Not to be confused with", "not_to_be_confused_with"),
    ):
        lines += ["", paint(heading, "bold"), *_paragraph(rule[field], width, "  ")]
    for heading, style in (("bad", "red"), ("good", "green")):
        lines += ["", paint(heading.capitalize(), style, "bold"), *_code(rule["example"][heading])]
    return "\n".join(lines) + "\n"


def render_rules(rules: Iterable[Mapping[str, Any]], *, color: bool = False) -> str:
    """A line for each rule."""
    paint = terminal.paint if color else terminal.plain
    rows = [(safe(r["code"], 10), safe(r["name"], 40), safe(r["summary"], 200)) for r in rules]
    longest = max((len(name) for _, name, _ in rows), default=0)
    return "".join(f"{paint(code, 'bold')}  {name:{longest}}  {summary}\n" for code, name, summary in rows)


def _candidate(candidate: Mapping[str, Any], paint: Paint, width: int) -> Iterator[str]:
    yield paint(f"{safe(candidate['code'], 10)} {safe(candidate['name'], 40)}", "cyan", "bold")
    yield from _paragraph(candidate["meaning"], width, "  ")
    for label, field in (("fix", "fix"), ("not to be confused with", "tell_apart")):
        if candidate[field]:
            yield from _paragraph(f"{label}: {candidate[field]}", width, "  ", "    ")


def _questions(ask: Sequence[Mapping[str, Any]], paint: Paint, width: int) -> Iterator[str]:
    """What would decide between the candidates: a yes speaks for the code before it."""
    if ask:
        yield from ("", "what would decide (a yes speaks for the code):")
    for asked in ask:
        code, *more = _paragraph(f"{asked['code']} {asked['question']}", width, "  ", " " * 9)
        yield from (code.replace(asked["code"], paint(safe(asked["code"], 10), "cyan"), 1), *more)


def _in_short(candidates: Sequence[Mapping[str, Any]], paint: Paint) -> Iterator[str]:
    yield "or, as `whygrad rules CODE` tells:"
    for candidate in candidates:
        yield f"  {paint(safe(candidate['code'], 10), 'cyan')} {safe(candidate['name'], 40)}: {cause(candidate)}"


def cause(candidate: Mapping[str, Any]) -> str:
    """What the code of a candidate stands for, in one line."""
    try:
        return safe(catalogue.rule(candidate["code"]).summary, 200)
    except KeyError:
        return safe(" ".join(str(candidate["meaning"]).split()), 200)


def _paragraph(text: Any, width: int, indent: str, then: str | None = None) -> list[str]:
    """The paragraphs of a text, wrapped."""
    paragraphs = [" ".join(p.split()) for p in str(text)[:_LONGEST].split("\n\n")]
    following = indent if then is None else then
    wrapped = [
        textwrap.wrap(_unbroken(safe(p, _LONGEST)), width, initial_indent=indent, subsequent_indent=following)
        for p in paragraphs
    ]
    return [line.replace(_NO_BREAK, " ") for lines in wrapped for line in lines]


def _unbroken(text: str) -> str:
    """A text in which a command in backticks stays on one line, to be copied."""
    return re.sub(r"`[^`]{1,60}`", lambda code: code[0].replace(" ", _NO_BREAK), text)


def _code(text: Any) -> list[str]:
    return [f"  {safe(line, 200)}".rstrip() for line in str(text).splitlines()[:200]]
