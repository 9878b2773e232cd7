"""Diagnoses as annotations of a GitHub workflow: one `::error …::` line a finding, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whygrad.render import counting, phrases, places
from whygrad.render.terminal import safe

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}

Json = Mapping[str, Any]


def render(documents: Iterable[Json]) -> str:
    """The annotations: one for all that is news, and always one for a program that could not be judged."""
    return "".join(f"{line}\n" for document in documents for line in _annotations(document))


def _annotations(document: Json) -> Iterator[str]:
    findings = [f for f in document.get("findings") or [] if phrases.news(f)]
    for finding in findings:
        command = _COMMANDS.get(str(finding.get("severity")), "error")
        title = f"{safe(finding.get('code') or '?', 10)} {safe(finding.get('name') or '', 40)}"
        yield _line(command, places.place(document, finding.get("location") or {}), title, places.report(finding))
    if not findings and not counting.judged(document):
        yield _line("error", places.place(document, {}), "not judged", ": ".join(phrases.opening(document)))


def _line(command: str, place: places.Place, title: str, message: str) -> str:
    properties = {"file": place.path, "line": str(place.line), "col": str(place.column or ""), "title": title}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{command} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
