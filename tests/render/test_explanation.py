"""What an error text can mean, as text for a terminal."""

from __future__ import annotations

from whygrad.engine.explain import explain
from whygrad.render.explanation import render_explanation


def test_what_would_decide_is_asked_with_the_code_it_speaks_for() -> None:
    page = render_explanation(explain("RuntimeError: element 0 of tensors does not require grad"))
    assert "what would decide" in page
    assert "CUT101 is there a detach() or .data between the parameters and the loss?" in page


def test_nothing_is_asked_where_nothing_is_open() -> None:
    assert "what would decide" not in render_explanation(explain("a leaf Variable that requires grad is being used"))
    assert "what would decide" not in render_explanation(explain("hello"))


def test_a_message_cannot_steer_the_terminal() -> None:
    page = render_explanation(explain("\x1b]0;mine\x07RuntimeError: \x1b[2Jmat1 and mat2 shapes cannot be multiplied"))
    assert "\x1b" not in page
    assert "\x07" not in page
