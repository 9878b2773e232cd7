"""How a page says what a document holds: in the words that every other rendering has, with what only a page adds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from markupsafe import Markup, escape

from whygrad.render import inputs, operands, parameters, phrases, snippet
from whygrad.request import sizes

WIDEST_LINE = 200
LEAST_PLAIN, MOST_PLAIN = 1e-4, 1e6
"""Between these a norm is written without an exponent."""
_DOTTED = re.compile(r"\b\w+(?:\.\w+){2,}")
RUNNING = {
    "structure": "The program is loaded, and its step is run on shapes alone.",
    "numeric": "The step is run with its numbers: values and norms are to come.",
    "replay": "The step is run again by torch's own, optimising executor, to compare.",
    "verify": "The fixes are made and run.",
    "end": "The diagnosis is written.",
}

Json = Mapping[str, Any]


def number(value: float | None) -> str:
    """A norm in three digits, `1050`, `0.0123` or `1.20e-07`; "" for None. The map writes them alike (panel.js)."""
    if not isinstance(value, int | float):
        return ""
    plain = value == 0 or LEAST_PLAIN <= abs(value) < MOST_PLAIN
    return f"{float(f'{value:.3g}'):.10g}" if plain else f"{value:.2e}"


def code(location: Json | None, neighbours: int = 2) -> list[snippet.Line]:
    """The lines of a place, as `render.snippet` has them."""
    return snippet.lines(location or {}, WIDEST_LINE, neighbours=neighbours)


def place(location: Json | None) -> str:
    """`model.py:18 in forward, module encoder`, or "" where nothing is known of it."""
    return snippet.place(location or {})


def callers(location: Json | None) -> list[str]:
    """Who called it, the nearest first."""
    return snippet.callers(location or {})


def elsewhere(finding: Json) -> list[Json]:
    """The related places of a finding that are not its own."""
    own = finding.get("location") or {}
    related = [one for one in finding.get("related") or [] if one.get("location")]
    return [one for one in related if not snippet.same(one["location"], own)]


def going_on(document: Json) -> str:
    """What a worker does for an unfinished diagnosis, after the passes that it has told of."""
    if document["status"] == "queued":
        return "It waits for a worker."
    told = {done["name"] for done in document.get("passes") or []}
    request = document.get("request") or {}
    last = "verify" if request.get("verify", True) else "end"
    return RUNNING[next((name for name in request.get("passes") or phrases.PASSES if name not in told), last)]


def apart(line: str, other: str | None) -> tuple[str, str, str]:
    """A changed line in three: what it shares with the other before and after what differs, and that between them; all
    of it in the first where they share too little to be one line."""
    other = other or ""
    head = _alike(line, other)
    tail = len(line) - _alike(line[head:][::-1], other[head:][::-1])
    if 2 * len((line[:head] + line[tail:]).strip()) < max(1, min(len(line.strip()), len(other.strip()))):
        return line, "", ""
    return line[:head], line[head:tail], line[tail:]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))


def without_norms(document: Json) -> str:
    """Why no parameter has a norm to show."""
    if document["forward"]["error"] or document["backward"]["error"]:
        return "The step raised before there was a gradient."
    if any(parameter["gradient"] == "ok" for parameter in document["parameters"]):
        when = "not known: the step was not run" if document["status"] == "done" else "told once the step is run"
        return f"Gradients arrive; how large they are is {when} with its numbers."
    return "No parameter received a gradient."


def breakable(text: str) -> Markup:
    """A text whose long dotted names may go on in the next line after a dot, where a line is too short for them."""
    return Markup(_DOTTED.sub(lambda name: name[0].replace(".", ".<wbr>"), str(escape(text))))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "size": sizes.told,
    "number": number,
    "inputs": inputs.short,
    "shape": operands.shape_text,
    "code": code,
    "place": place,
    "callers": callers,
    "elsewhere": elsewhere,
    "cells": operands.cells,
    "misfits": operands.misfits,
    "clash": operands.clash,
    "title": phrases.title,
    "sentence": phrases.sentence,
    "proof": phrases.proof,
    "change": phrases.change,
    "apart": apart,
    "not_run": phrases.not_run,
    "opening": phrases.opening,
    "headline": phrases.headline,
    "breakable": breakable,
    "standing": phrases.standing,
    "duration": phrases.duration,
    "took": phrases.took,
    "going_on": going_on,
    "without_norms": without_norms,
}
GLOBALS: Mapping[str, Callable[..., Any]] = {"suffering": parameters.suffering}
