from __future__ import annotations

from marshmallow import ValidationError

from whygrad.request.faults import faults, sentence


def test_messages_become_pointers() -> None:
    messages = {"a": {0: {"b/c~d": ["first", "second"]}}, "_schema": ["whole"]}
    assert faults(ValidationError(messages)) == [
        {"pointer": "/a/0/b~1c~0d", "message": "first"},
        {"pointer": "/a/0/b~1c~0d", "message": "second"},
        {"pointer": "", "message": "whole"},
    ]


def test_a_sentence_holds_the_first_and_counts_the_others() -> None:
    assert sentence([{"pointer": "", "message": "All wrong."}]) == "All wrong."
    three = [{"pointer": f"/{letter}", "message": "Wrong."} for letter in "abc"]
    assert sentence(three) == "/a: Wrong. And 2 more, see errors."
