"""What a child sends: lines of JSON. Whoever reads them takes the writer for a liar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from math import isfinite
from typing import Any, Literal

from whygrad.sandbox.task import Isolation

Kind = Literal["isolation", "document", "graph", "detail"]

FINISHED, OUT_OF_MEMORY, FAILED, UNJAILED = 0, 80, 81, 82  # exit statuses of a child
MAX_LINES = 64
MAX_DEPTH = 64
MAX_DETAIL = 10_000
MAX_INTEGER = 2**63
_DOCUMENT = b'{"document":'


class Flood(Exception):  # noqa: N818 - it names what arrived
    """A child sent a line that is too long, or too many of them."""


def line(kind: Kind, value: Any) -> bytes:
    """One line: what holds the child, a document, or `detail`, a text for the log.

    Raises ValueError where it holds NaN or infinity.
    """
    text = json.dumps({kind: value}, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


class Inbox:
    """Collects what one child sends: its last `document` and `graph`, and in `detail` what it said for the log.

    There is no `document` where the last cannot be taken: an earlier one is not the whole, and is not to pass for it.
    `isolation` is what it said first, before it saw the upload: nothing that comes later is believed of that.
    """

    def __init__(self, document_bytes: int) -> None:
        """No line may be longer than `document_bytes`."""
        self.document: dict[str, Any] | None = None
        self.graph: dict[str, Any] | None = None
        self.detail = ""
        self.isolation: Isolation | None = None
        self._limit = document_bytes + len(line("document", None))
        self._buffer = bytearray()
        self._lines = 0

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The documents that `data` completes. Raises Flood."""
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        if len(self._buffer) > self._limit:
            raise Flood("a line without end")
        for text in lines:
            document = self._open(text)
            if document is not None:
                self.document = document
                yield document

    def _open(self, text: bytearray) -> dict[str, Any] | None:
        self._lines += 1
        if self._lines > MAX_LINES or len(text) > self._limit:
            raise Flood("more than a child has to say")
        content = parse(bytes(text))
        if not content and text.startswith(_DOCUMENT):
            self.document = None
        if self._lines == 1:
            self.isolation = _isolation(content.get("isolation"))
        self.detail = str(content.get("detail", self.detail))[:MAX_DETAIL]
        document, graph = content.get("document"), content.get("graph")
        self.graph = graph if isinstance(graph, dict) else self.graph
        return document if isinstance(document, dict) else None


def _isolation(told: Any) -> Isolation | None:
    layers = {field.name for field in fields(Isolation)}
    whole = isinstance(told, dict) and told.keys() == layers and all(isinstance(v, bool) for v in told.values())
    return Isolation(**told) if whole else None


def parse(text: bytes) -> dict[str, Any]:
    """A JSON object of plain values; empty for anything else, however it is broken."""
    try:
        content = json.loads(text)
        _check(content)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _check(content: Any) -> None:
    """Raise ValueError for what JSON can hold and the next reader cannot: depth, huge numbers, half characters."""
    level = [content]
    for _ in range(MAX_DEPTH):
        level = [inner for value in level for inner in _opened(value)]
    if level:
        raise ValueError("nested too deeply")


def _opened(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int) and not abs(value) < MAX_INTEGER:
        raise ValueError("a whole number that is too large")
    elif isinstance(value, float) and not isfinite(value):
        raise ValueError("no finite number")
    return []
