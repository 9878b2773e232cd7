from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from whygrad.web.answers.explanation import Explanation


def test_a_message_becomes_codes(client: FlaskClient) -> None:
    text = "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"
    explanation = client.post("/explain", json={"text": text}).get_json()
    assert "CUT101" in [candidate["code"] for candidate in explanation["candidates"]]
    assert Explanation().validate(explanation) == {}


def test_what_nobody_knows_is_answered_too(client: FlaskClient) -> None:
    explanation = client.post("/explain", json={"text": "ö\n" * 1000}).get_json()
    assert (explanation["recognised"], explanation["candidates"]) == (False, [])
    assert Explanation().validate(explanation) == {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"[]", ""),
        (b"{}", "/text"),
        (b'{"text": 1}', "/text"),
        (b'{"text": ""}', "/text"),
        (b'{"text": "a", "words": "b"}', "/words"),
        (b'{"text": "%s"}' % (b"a" * 100_001), "/text"),
        (b'{"text": "\\ud800"}', ""),
        (b"\xff", ""),
    ],
)
def test_what_is_no_text_is_refused(client: FlaskClient, problem: Callable[..., str], body: Any, pointer: str) -> None:
    problem(client.post("/explain", data=body, content_type="application/json"), 422, pointer)


def test_a_text_without_end_is_not_even_read(client: FlaskClient, problem: Callable[..., str]) -> None:
    body = b'{"text": "%s"}' % (b"a" * 1_000_000)
    answer = client.post("/explain", data=body, content_type="application/json")
    assert "1,000,000 bytes" in problem(answer, 413)


def test_another_type_of_body(client: FlaskClient, problem: Callable[..., str]) -> None:
    assert "application/json" in problem(client.post("/explain", data="a", content_type="text/plain"), 415)


def test_the_form_of_a_page(client: FlaskClient) -> None:
    answer = client.post("/explain", data={"text": "<b>mat1</b> and mat2"}, headers={"Accept": "text/html"})
    assert "&lt;b&gt;mat1&lt;/b&gt; and mat2" in answer.text
    assert "<b>" not in answer.text
