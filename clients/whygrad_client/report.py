"""A diagnosis as a client sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whygrad.render import text


@dataclass(frozen=True)
class Report:
    """A diagnosis; `document` is all of it as the service sent it, `str(report)` a page to read."""

    document: dict[str, Any]

    @property
    def id(self) -> str | None:
        """Its name in the service; None where it was made on this machine."""
        return self.document.get("id")

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.document.get("status") not in ("queued", "running")

    @property
    def verdict(self) -> str | None:
        """`faulty`, `suspect`, `healthy` or `undetermined`; None before the first pass is through."""
        return self.document.get("verdict")

    @property
    def faulty(self) -> bool:
        """Whether something is wrong for certain."""
        return self.verdict == "faulty"

    @property
    def headline(self) -> str:
        """One line: the culprit and the line of the user's code."""
        return self.document.get("headline") or ""

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What was found, the root cause first."""
        return self.document.get("findings") or []

    def __str__(self) -> str:
        return text.render(self.document)
