"""Diagnoses as one self-contained page: no script, no picture, nothing that is loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from whygrad.render import phrases
from whygrad.render.story import Block, story

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; } article + article { border-top: 1px solid; margin-top: 2rem; }
pre { overflow-x: auto; padding: .8rem; border: 1px solid; border-radius: .3rem; font-size: .9rem; line-height: 1.4; }
h1, h2, p, li { overflow-wrap: anywhere; }
.error, .faulty { color: #c5221f; } .warning, .suspect { color: #a15c00; } .healthy { color: #1b7f3b; }
@media (prefers-color-scheme: dark) {
  .error, .faulty { color: #ff8a80; } .warning, .suspect { color: #ffc570; } .healthy { color: #7ddc9b; }
}
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
    return "<article>\n" + "".join(f"{_block(block, _TAGS)}\n" for block in story(document)) + "</article>\n"


def fragment(document: Mapping[str, Any]) -> str:
    """One diagnosis for a page that is not ours, as a notebook: its styles reach nothing else."""
    told = "".join(f"{_block(block, _FRAGMENT_TAGS)}\n" for block in story(document))
    return f'<div class="whygrad-report">\n<style>{_FRAGMENT_STYLE}</style>\n{told}</div>\n'


def _block(block: Block, tags: Mapping[str, str]) -> str:
    if block.kind in ("code", "change"):
        return f"<pre><code>{escape(chr(10).join(block.lines))}</code></pre>"
    tag = tags[block.kind]
    if block.kind in ("steps", "list"):
        heading = f"<p><strong>{escape(block.label)}</strong></p>\n" if block.label else ""
        return f"{heading}<{tag}>{''.join(f'<li>{escape(line)}</li>' for line in block.lines)}</{tag}>"
    label = f"<strong{_class(block.label)}>{escape(block.label)}:</strong> " if block.label else ""
    style = _class(block.lines[0]) if block.kind == "verdict" else ""
    return f"<{tag}{style}>{label}{escape(block.lines[0])}</{tag}>"


def _class(text: str) -> str:
    word = text.partition("[")[0].partition(" ")[0]
    return f' class="{word}"' if word in _COLOURED else ""
