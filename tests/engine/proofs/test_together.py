from __future__ import annotations

import pytest

from whygrad.engine.finding import Fix
from whygrad.engine.proofs.together import together


def fix(before: str, after: str, summary: str = "") -> Fix:
    return Fix(summary or f"write {after}", before=before, after=after)


def test_two_changes_of_a_line_are_one_line() -> None:
    both = together(fix("y = f(a, b)", "y = f(c, b)"), fix("y = f(a, b)", "y = f(a, d)"))
    assert (both.before, both.after) == ("y = f(a, b)", "y = f(c, d)")
    assert both.summary == "write y = f(c, b), and then write y = f(a, d)"


@pytest.mark.parametrize("after", [("y = f(x.mean(1))", "y = f(x.long())"), ("y = f(x.long())", "y = f(x.mean(1))")])
def test_changes_in_one_place_are_not_shown_in_an_order_that_nobody_ran(after: tuple[str, str]) -> None:
    both = together(*(fix("y = f(x)", line) for line in after))
    assert (both.before, both.after) == ("y = f(x)", None)


def test_changes_of_two_lines_are_two_lines() -> None:
    both = together(fix("a = b.detach()", "a = b"), fix("c = d.detach()", "c = d"))
    assert (both.before, both.after) == ("a = b.detach()\nc = d.detach()", "a = b\nc = d")


def test_the_same_change_in_two_places_is_told_once() -> None:
    both = together(fix("a = b", "a = c", "take c"), fix("d = b", "a = c", "take c"))
    assert (both.summary, both.before, both.after) == ("take c, in each place", "a = b", "a = c")
