from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.engine.spelling import LONGEST, plain, spelt


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("encoder.proj.weight", "encoder.proj.weight"),
        ("größe_重み", "größe_重み"),
        ("a\x1b[2J", r"a\x1b[2J"),
        ("a\nb\tc", r"a\nb\tc"),
        ("exe\u202egpj", r"exe\u202egpj"),
        ("\ud800", r"\ud800"),
        ("\x85\u2028", r"\x85\u2028"),
        ("x" * 300, "x" * 255 + "…"),
        ("\x1b" * 300, r"\x1b" * 63 + r"\x1…"[:3] + "…"),
    ],
)
def test_what_is_not_printed_is_spelt_out(text: str, shown: str) -> None:
    assert spelt(text) == shown


@given(st.text(st.characters(), max_size=600))
def test_a_text_is_bounded_printable_and_spelt_but_once(text: str) -> None:
    shown = spelt(text)
    assert len(shown) <= LONGEST
    assert shown.isprintable() or all(c == " " or c.isprintable() or c.isspace() for c in shown)
    assert spelt(shown) == shown
    shown.encode()


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_document_stays_one(document: object) -> None:
    assert plain(plain(document)) == plain(document)
    json.dumps(plain(document), allow_nan=False).encode()


def test_sentences_keep_their_lines_and_names_do_not() -> None:
    assert plain({"message": "a\nb\x1b", "name": "a\nb", "chain": ["a\nb"]}) == {
        "message": "a\nb\\x1b",
        "name": r"a\nb",
        "chain": ["a\nb"],
    }
