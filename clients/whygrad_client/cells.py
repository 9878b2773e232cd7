"""The cells of a notebook, by the numbers that stand beside them; their files have names that nobody knows."""

from __future__ import annotations

import linecache
import sys
from pathlib import Path
from typing import Any

from whygrad.engine.places import cell

Document = dict[str, Any]


def called(file: str) -> str:
    """What a file is called: `cell In[3]` where IPython tells, else as a report of the engine calls it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    told = shell.compile.format_code_name(file) if shell else None
    return f"{told[0].lower()} {told[1]}" if told else _unnumbered(file)


def respelt(document: Document) -> Document:
    """The diagnosis of a module that lives in this process, with its cells called so."""
    names = {_unnumbered(file): called(file) for file in linecache.cache}
    numbered = {old: new for old, new in names.items() if new != old}
    told: Document = _respelt(document, numbered) if numbered else document
    return told


def _unnumbered(file: str) -> str:
    return cell(file) or Path(file).name


def _respelt(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _respelt(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_respelt(inner, names) for inner in value]
    if not isinstance(value, str):
        return value
    for old, new in names.items():
        value = value.replace(old, new)
    return value
