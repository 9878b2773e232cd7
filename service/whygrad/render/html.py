"""Diagnoses as one self-contained page: no script, no picture, nothing that is loaded from anywhere."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from whygrad.render import phrases
from whygrad.render.operands import shape_text
from whygrad.render.story import Block, story
from whygrad.render.terminal import safe

_STYLE = """
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0e1116); --surface: light-dark(#fff, #161a21); --raised: light-dark(#f1f3f6, #1e232c);
  --line: light-dark(#dfe3e8, #2a303b); --ink: light-dark(#171b21, #e7eaef); --soft: light-dark(#4a525e, #b3bac5);
  --error: light-dark(#b42318, #ff9b8f); --error-soft: light-dark(#fdeceb, #3a1715);
  --warning: light-dark(#8a4b00, #f7c065); --warning-soft: light-dark(#fdf2df, #35270d);
  --note: light-dark(#1d5fa8, #90c2ff); --healthy: light-dark(#14703a, #79d8a0);
  --healthy-soft: light-dark(#e4f5ea, #10301d);
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { display: grid; gap: 1.5rem; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
article { display: grid; gap: .875rem; min-width: 0; padding: 1.75rem; background: var(--surface);
  border: 1px solid var(--line); border-radius: .75rem; border-top: 3px solid var(--soft); }
article.error { border-top-color: var(--error); } article.warning { border-top-color: var(--warning); }
article.healthy { border-top-color: var(--healthy); }
article > * { min-width: 0; margin: 0; }
h1 { font-size: 1.5rem; line-height: 1.3; letter-spacing: -.01em; }
h2 { padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: 1.125rem; line-height: 1.35; }
h1, h2, p, li, td, th { overflow-wrap: anywhere; }
h1 strong, h2 strong { display: block; font-size: .8125rem; letter-spacing: .02em; }
ol, ul { display: grid; gap: .25rem; padding-left: 1.5rem; color: var(--soft); }
pre { overflow-x: auto; padding: .625rem 0; background: var(--raised); border: 1px solid var(--line);
  border-radius: .5rem; font: .875rem/1.6 var(--mono); }
pre code { display: block; width: max-content; min-width: 100%; font: inherit; }
pre span { display: block; min-height: 1.6em; padding: 0 1rem; }
.culprit { background: var(--error-soft); box-shadow: inset 3px 0 var(--error); font-weight: 600; }
.mark { color: var(--error); font-weight: 600; }
.taken { background: var(--error-soft); } .given { background: var(--healthy-soft); }
.verdict { padding-top: .875rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
.error > strong, .faulty, strong.error { color: var(--error); } .suspect, strong.warning { color: var(--warning); }
.healthy, strong.healthy { color: var(--healthy); } strong.note { color: var(--note); }
details { color: var(--soft); font-size: .875rem; } summary { cursor: pointer; }
table { width: 100%; margin-top: .5rem; border-collapse: collapse; }
thead th { white-space: nowrap; }
th, td { padding: .3125rem .75rem .3125rem 0; border-bottom: 1px solid var(--line); text-align: left; }
td:nth-child(n+2), th:first-child { font-family: var(--mono); font-size: .8125rem; font-weight: 400; }
thead th:first-child { font: inherit; font-weight: 600; }
@media (max-width: 40rem) { article { padding: 1.125rem; } }
@media print { body { background: none; } article { border: 0; padding: 0; } }
"""
POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
_TAGS = {"title": "h1", "heading": "h2", "text": "p", "verdict": "p", "steps": "ol", "list": "ul"}
_FRAGMENT_TAGS = _TAGS | {"title": "h3", "heading": "h4"}
_FRAGMENT_STYLE = """
.whygrad-report { line-height: 1.5; max-width: 60rem; overflow-wrap: anywhere; }
.whygrad-report h3, .whygrad-report h4 { margin: .6em 0 .4em; }
.whygrad-report h3 { font-size: 1.15em; } .whygrad-report h4 { font-size: 1em; }
.whygrad-report pre { overflow-x: auto; padding: .6em .8em; border: 1px solid; border-radius: .3em; line-height: 1.4; }
.whygrad-report .error, .whygrad-report .faulty { color: var(--jp-error-color1, #c5221f); }
.whygrad-report .warning, .whygrad-report .suspect { color: var(--jp-warn-color0, #a15c00); }
.whygrad-report .healthy { color: var(--jp-success-color0, #1b7f3b); }
"""
_MARK = re.compile(r" *\| *\^")
_PARAMETERS = 500
_COLOURED = frozenset({"error", "warning", "note", "faulty", "suspect", "healthy"})


def render(documents: Iterable[Mapping[str, Any]]) -> str:
    """The page, complete from its doctype on."""
    listed = list(documents)
    title = escape(": ".join(phrases.opening(listed[0])) if len(listed) == 1 else f"{len(listed)} diagnoses")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{''.join(map(article, listed))}</main>\n</body>\n</html>\n"
    )


def article(document: Mapping[str, Any]) -> str:
    """One diagnosis as an `<article>`, to be put into a page."""
    blocks = list(story(document))
    told = [_block(block, _TAGS) for block in blocks]
    parts = [*told[:-1], *_parameters(document), told[-1]]
    return f"<article{_class(blocks[0].label)}>\n" + "".join(f"{part}\n" for part in parts) + "</article>\n"


def fragment(document: Mapping[str, Any]) -> str:
    """One diagnosis for a page that is not ours, as a notebook: its styles reach nothing else."""
    told = "".join(f"{_block(block, _FRAGMENT_TAGS)}\n" for block in story(document))
    return f'<div class="whygrad-report">\n<style>{_FRAGMENT_STYLE}</style>\n{told}</div>\n'


def _block(block: Block, tags: Mapping[str, str]) -> str:
    if block.kind in ("code", "change"):
        return f"<pre><code>{''.join(_rows(block))}</code></pre>"
    tag = tags[block.kind]
    if block.kind in ("steps", "list"):
        heading = f"<p><strong>{escape(block.label)}</strong></p>\n" if block.label else ""
        return f"{heading}<{tag}>{''.join(f'<li>{escape(line)}</li>' for line in block.lines)}</{tag}>"
    label = f"<strong{_class(block.label)}>{escape(block.label)}:</strong> " if block.label else ""
    style = _class(block.lines[0], "verdict") if block.kind == "verdict" else ""
    return f"<{tag}{style}>{label}{escape(block.lines[0])}</{tag}>"


def _rows(block: Block) -> Iterator[str]:
    """Each line by itself: of code the one with the mark below it stands out, of a change what goes and what comes."""
    for line, below in zip(block.lines, (*block.lines[1:], ""), strict=True):
        yield f"<span{_style_of(line, below, block.kind == 'change')}>{escape(line)}\n</span>"


def _style_of(line: str, below: str, changes: bool) -> str:
    if changes:
        return ' class="taken"' if line.startswith("-") else ' class="given"'
    if _MARK.match(line):
        return ' class="mark"'
    return ' class="culprit"' if _MARK.match(below) and " | " in line else ""


def _parameters(document: Mapping[str, Any]) -> Iterator[str]:
    """What became of every gradient, folded away."""
    known = document.get("parameters") or []
    if not known:
        return
    rows = "".join(f"<tr>{''.join(_cells(parameter))}</tr>" for parameter in known[:_PARAMETERS])
    rest = len(known) - _PARAMETERS
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Parameter", "Shape", "Gradient", "Norm"))
    yield (
        f"<details><summary>Parameters ({document.get('parameters_total') or len(known)})</summary>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f"{f'<p>and {rest} more</p>' if rest > 0 else ''}</details>"
    )


def _cells(parameter: Mapping[str, Any]) -> Iterator[str]:
    norm = parameter.get("norm")
    yield f'<th scope="row">{escape(safe(parameter.get("name"), 200))}</th>'
    yield f"<td>{escape(shape_text(parameter.get('shape')))}</td>"
    yield f"<td>{escape(safe(parameter.get('gradient') or '', 20))}</td>"
    yield f"<td>{f'{norm:.3g}' if isinstance(norm, int | float) else ''}</td>"


def _class(text: str, *more: str) -> str:
    word = text.partition("[")[0].partition(" ")[0]
    names = [*more, *([word] if word in _COLOURED else [])]
    return f' class="{" ".join(names)}"' if names else ""
