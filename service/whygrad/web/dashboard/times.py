"""Moments as a person reads them: when and how long ago something was, and how often on each day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

UNITS = (("s", 1), ("min", 60), ("h", 3_600), ("d", 86_400))

PITCH, TALLEST = 36, 64
"""Of the bars of days, in pixels: from one to the next, and the height of the highest."""


@dataclass(frozen=True)
class Bar:
    """A day, how often something happened on it, and where its bar stands."""

    day: str
    times: int
    x: int
    height: float


def moment(text: str | None) -> str:
    """`2026-01-31 12:00:00`, in UTC, of what a document writes as RFC 3339; "" for None."""
    return (text or "")[:19].replace("T", " ")


def ago(text: str | None) -> str:
    """`3 min ago`, of what a document writes as RFC 3339; "" for None."""
    if not text:
        return ""
    told = span((datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds())
    return "just now" if told.endswith(" s") else f"{told} ago"


def span(seconds: float | None) -> str:
    """`12 s`, `3 min`, `2 h`: a time in its largest unit; "" for None."""
    if seconds is None:
        return ""
    filled = (unit for unit, (_, next_size) in pairwise(UNITS) if round(seconds / unit[1]) * unit[1] < next_size)
    name, size = next(filled, UNITS[-1])
    return f"{seconds / size:.0f} {name}"


def bars(times: Mapping[str, int], days: int = 30) -> list[Bar]:
    """A bar for each of the last `days`, today's the last; `times` are told by the day, `2026-01-31`."""
    today: date = datetime.now(UTC).date()
    most = max(times.values(), default=1)
    told = [(today - timedelta(days=days - 1 - number)).isoformat() for number in range(days)]
    return [
        Bar(day, times.get(day, 0), number * PITCH, round(max(times.get(day, 0) / most * TALLEST, 2), 1))
        for number, day in enumerate(told)
    ]


FILTERS: Mapping[str, Callable[..., object]] = {"moment": moment, "ago": ago, "span": span, "bars": bars}
