from __future__ import annotations

from whygrad.engine import catalogue
from whygrad.web.dashboard.prose import inline, prose, twins


def test_code_and_codes_are_marked_and_all_else_is_text() -> None:
    assert inline("see CUT101, `x.view(-1)`, ABC999") == (
        'see <a href="/rules/CUT101">CUT101</a>, <code>x.view(-1)</code>, ABC999'
    )
    assert inline("<b>`<i>`") == "&lt;b&gt;<code>&lt;i&gt;</code>"
    assert prose("one\n\ntwo") == "<p>one</p><p>two</p>"


def test_the_lines_in_which_twins_differ_are_marked() -> None:
    bad, good = twins("a\nb\nc\n", "a\nB\nc\nd\n")
    assert [line.text for line in bad if line.changed] == ["b"]
    assert [line.text for line in good if line.changed] == ["B", "d"]


def test_every_rule_has_a_line_to_mark() -> None:
    for rule in catalogue.rules():
        example = rule.documentation.example
        sides = twins(example.bad, example.good)
        same_source = example.bad == example.good
        assert same_source or any(line.changed for side in sides for line in side), rule.code
