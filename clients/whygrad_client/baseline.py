"""What was found before, and is let be: fingerprints, or whole diagnoses that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whygrad.request import strict_json
from whygrad_client import documents
from whygrad_client.errors import WhygradError

Document = dict[str, Any]


class NotABaseline(WhygradError):  # noqa: N818 - named after what happened
    """The file holds neither fingerprints nor diagnoses."""


def read(path: Path) -> frozenset[str]:
    """The fingerprints in a file: a list of them, or what --format json or jsonl wrote.

    Raises NotABaseline, or OSError where it cannot be read.
    """
    return frozenset(fingerprint for value in _values(path) for fingerprint in _fingerprints(value, path))


def marked(document: Document, known: frozenset[str]) -> Document:
    """The diagnosis with a `known` in every finding."""
    findings = [f | {"known": f.get("fingerprint") in known} for f in document.get("findings") or []]
    return document | {"findings": findings}


def _values(path: Path) -> list[Any]:
    try:
        return documents.read(path)
    except strict_json.JsonError as error:
        raise NotABaseline(f"the baseline {path} cannot be read: {error}") from error


def _fingerprints(value: Any, path: Path) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and isinstance(value.get("findings"), list):
        yield from (str(finding.get("fingerprint")) for finding in value["findings"] if isinstance(finding, dict))
    else:
        raise NotABaseline(f"{path} is no baseline: a list of fingerprints, or what --format json wrote")
