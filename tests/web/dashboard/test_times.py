"""Times as a person reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from whygrad.web.dashboard.times import ago, span

SPANS = [
    (None, ""),
    (0, "0 s"),
    (59.4, "59 s"),
    (59.6, "1 min"),
    (3_569, "59 min"),
    (3_571, "1 h"),
    (86_399, "1 d"),
    (864_000, "10 d"),
]


@pytest.mark.parametrize(("seconds", "text"), SPANS)
def test_a_span_is_told_in_its_largest_unit(seconds: float | None, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(50, "just now"), (59.7, "1 min ago"), (7_300, "2 h ago")])
def test_how_long_ago_something_was(seconds: float, text: str) -> None:
    assert ago((datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()) == text
