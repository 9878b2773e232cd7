from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.request import strict_json
from whygrad.request.strict_json import JsonError


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": -Infinity}', "-Infinity is not a JSON number"),
        ("1e999", "too large"),
        ("9" * 5000, "5,000 digits"),
        ("[" * 33 + "]" * 33, "Nested deeper than 32"),
        ("[" * 100_000, "Nested deeper than 32"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": }', "line 1, column 7"),
        ('"\\ud800"', "surrogate"),
        (b'"\xff"', "byte 1 is not UTF-8"),
        ("", "line 1, column 1"),
    ],
)
def test_what_is_no_json_is_refused_with_its_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(JsonError, match=reason):
        strict_json.parse(text)


def test_as_deep_as_allowed_is_read() -> None:
    assert strict_json.parse("[" * 32 + "]" * 32) is not None


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with suppress(JsonError):
        strict_json.parse(text)
