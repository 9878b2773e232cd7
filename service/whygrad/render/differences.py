"""A comparison of diagnoses as text for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from whygrad.render import counting, markdown, parameters, phrases, snippet, terminal
from whygrad.render.comparison import Comparison, Gradient, Kept, Matched, Reshaped
from whygrad.render.operands import shape_text
from whygrad.render.story import Block
from whygrad.render.terminal import safe

FORMATS = ("text", "json", "markdown")

_SHOWN = 20
_COLOURS = {"new": "red", "not reached before": "red", "fixed": "green"}

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """Some lines of one kind, and how many there are in truth; `why` is told of all of them."""

    name: str
    rows: Sequence[str]
    count: int
    why: str = ""

    @property
    def heading(self) -> str:
        """`fixed (2)`, with the reason where there is one."""
        return f"{self.name} ({self.count})" + (f": {self.why}" if self.why else "")


def render(form: str, comparison: Comparison, *, color: bool = False, width: int = 80) -> str:
    """The comparison in one of `FORMATS`; `color` and `width` are for text."""
    match form:
        case "json":
            return json.dumps(view(comparison), indent=2) + "\n"
        case "markdown":
            return markdown.page(_blocks(comparison))
        case _:
            return "\n".join(_lines(comparison, terminal.paint if color else terminal.plain, width)) + "\n"


def render_matched(form: str, matched: Matched, *, color: bool = False, width: int = 80) -> str:
    """The comparisons of several programs in one of `FORMATS`, each under its name."""
    paint = terminal.paint if color else terminal.plain
    match form:
        case "json":
            alone = {side: [_named(document) for document in getattr(matched, side)] for side in ("gone", "added")}
            return json.dumps({"pairs": [view(pair) for pair in matched.pairs]} | alone, indent=2) + "\n"
        case "markdown":
            return markdown.page(_matched_blocks(matched))
        case _:
            pages = [list(_lines(pair, paint, width, f"{_title(pair.after)}: ")) for pair in matched.pairs]
            pages += [[paint(told, "bold"), *_wrapped(rows, width)] for told, rows in _alone(matched)]
            return "\n".join("\n".join(page) + "\n" for page in pages)


def view(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data: findings as the documents have them, of each document only what names it."""
    told = {"before": _named(comparison.before), "after": _named(comparison.after), "judged": comparison.judged}
    lists = ("fixed", "unseen", "new", "unreached", "kept", "gradients", "shapes", "asked")
    return told | {name: [_plain(entry) for entry in getattr(comparison, name)] for name in lists}


def sections(comparison: Comparison) -> Iterator[Section]:
    """What a reader wants to know, the new first; nothing for a kind that has nothing."""
    for name, (found, why) in _apart(comparison).items():
        yield _section(name, [_finding(finding) for finding in found], why)
    yield _section("still there", [_still(kept) for kept in comparison.kept])
    yield _section("gradients that changed", list(_gradients(comparison)), count=len(comparison.gradients))
    yield _section("shapes that changed", [_reshaped(shaped) for shaped in comparison.shapes])
    asked = [f"{safe(a.field, 40)}: {_value(a.before)} -> {_value(a.after)}" for a in comparison.asked]
    yield _section("asked for otherwise", asked)


def _apart(comparison: Comparison) -> dict[str, tuple[Sequence[Json], str]]:
    """What only one of the two has, by what that says, and why no more can be said."""
    return {
        "new": (comparison.new, ""),
        "not reached before": (
            comparison.unreached,
            "the earlier run did not get as far, so they may have been there before",
        ),
        "fixed": (comparison.fixed, ""),
        "no longer seen": (comparison.unseen, "the later run did not get as far, so they may still be there"),
    }


def summary(comparison: Comparison) -> str:
    """One line: the verdict before and after, and what is new."""
    before, after = (str(side.get("verdict") or side.get("status") or "unknown") for side in _sides(comparison))
    told = f"{safe(before, 20)} -> {safe(after, 20)}" if before != after else f"{safe(after, 20)}, as before"
    counts = [f"{len(found)} {name}" for name, (found, _) in _apart(comparison).items() if found]
    return f"{told}: {', '.join(counts) or 'nothing new, nothing fixed'}"


def _lines(comparison: Comparison, paint: terminal.Paint, width: int, title: str = "") -> Iterator[str]:
    yield paint(title + summary(comparison), "bold")
    yield from _unjudged(comparison)
    for section in filter(lambda section: section.rows, sections(comparison)):
        yield ""
        yield paint(section.heading, _COLOURS.get(section.name, "cyan"), "bold")
        yield from _wrapped(section.rows, width)


def _wrapped(rows: Sequence[str], width: int) -> Iterator[str]:
    for row in rows:
        yield from textwrap.wrap(row, width, initial_indent="  ", subsequent_indent="      ") or [row]


def _matched_blocks(matched: Matched) -> Iterator[Block]:
    for pair in matched.pairs:
        yield from _blocks(pair, f"{_title(pair.after)}: ")
    for told, rows in _alone(matched):
        yield Block("title", (told,))
        if rows:
            yield Block("list", tuple(rows))


def _alone(matched: Matched) -> Iterator[tuple[str, Sequence[str]]]:
    """What is told of the programs that only one side has."""
    for document in matched.added:
        rows = _first([_finding(finding) for finding in document.get("findings") or []])
        yield f"{_title(document)}: not there before, {safe(document.get('verdict') or 'unknown', 20)} now", rows
    for document in matched.gone:
        yield f"{_title(document)}: no longer there, {safe(document.get('verdict') or 'unknown', 20)} before", ()


def _title(document: Json) -> str:
    return safe(phrases.program(document), 200)


def _blocks(comparison: Comparison, title: str = "") -> Iterator[Block]:
    yield Block("title", (title + summary(comparison),))
    for told in _unjudged(comparison):
        yield Block("text", (told,))
    for section in filter(lambda section: section.rows, sections(comparison)):
        yield Block("heading", (section.heading,))
        yield Block("list", tuple(section.rows))


def _section(name: str, rows: list[str], why: str = "", count: int | None = None) -> Section:
    return Section(name, _first(rows), len(rows) if count is None else count, why)


def _first(rows: list[str]) -> list[str]:
    """As many as are shown, and how many more there are."""
    return [*rows[:_SHOWN], *phrases.more(len(rows) - _SHOWN, "more")]


def _unjudged(comparison: Comparison) -> Iterator[str]:
    for name, side in zip(("earlier", "later"), _sides(comparison), strict=True):
        if not counting.judged(side):
            yield f"the {name} one could not be judged: {': '.join(phrases.opening(side))}"


def _finding(finding: Json) -> str:
    where = snippet.place(finding.get("location") or {})
    return f"{phrases.label(finding)}: {phrases.title(finding)}" + (f" ({where})" if where else "")


def _still(kept: Kept) -> str:
    changed = f", was {safe(kept.before.get('severity'), 10)}" if kept.risen or kept.sunk else ""
    return _finding(kept.after) + changed + (", ignored in one of the two" if kept.ignored else "")


def _gradients(comparison: Comparison) -> Iterator[str]:
    """Parameters of one change together, as globs that cover exactly them."""
    every = {str(p.get("name")) for side in _sides(comparison) for p in side.get("parameters") or []}
    together: dict[tuple[str | None, str | None], list[Gradient]] = {}
    for gradient in comparison.gradients:
        together.setdefault((gradient.before, gradient.after), []).append(gradient)
    for (before, after), changed in together.items():
        names = parameters.shorten([safe(g.parameter, 120) for g in changed], {safe(name, 120) for name in every})
        yield f"{names}: {safe(before or 'not there', 20)} -> {safe(after or 'not there', 20)}"


def _reshaped(shaped: Reshaped) -> str:
    """`encoder: [2, 10] to [2, 5] -> [4, 10] to [4, 5]`."""
    before, after = (
        " to ".join(", ".join(map(shape_text, shapes[side])) for side in ("inputs", "outputs") if shapes[side])
        for shapes in (shaped.before, shaped.after)
    )
    return f"{safe(shaped.module, 120) or 'the whole'}: {before} -> {after}"


def _named(document: Json) -> dict[str, Any]:
    return {name: document.get(name) for name in ("id", "status", "verdict", "headline", "created_at", "model")}


def _plain(entry: Any) -> Any:
    return entry if isinstance(entry, Mapping) else asdict(entry)


def _sides(comparison: Comparison) -> tuple[Json, Json]:
    return comparison.before, comparison.after


def _value(value: Any) -> str:
    return "not given" if value is None else safe(json.dumps(value), 120)
