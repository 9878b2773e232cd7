"""The lines that a verified fix shows heal as the edit did that was run: put into the source, and diagnosed again.

Here the examples of the rules; the cases are held to it where they are diagnosed.
"""

from __future__ import annotations

import pytest
from tests.cases.printed import trials
from tests.engine.programs import PRELUDE, build, examined, request_of

from whygrad.engine.catalogue import rules
from whygrad.engine.observation import Json
from whygrad.engine.rule import Rule


def told_by_lines() -> list[Rule]:
    """The rules whose example is scripted: only such a program holds its own lines."""
    return [
        rule
        for rule in rules()
        if rule.family != "RUN" and rule.documentation.example.request.get("export", "script") == "script"
    ]


@pytest.mark.parametrize("rule", told_by_lines(), ids=lambda rule: rule.code)
def test_the_lines_of_a_fix_heal_the_example_of_its_rule(rule: Rule) -> None:
    example = rule.documentation.example
    request = request_of(example.request)

    def again(text: str) -> dict[str, Json]:
        return examined(build(text.removeprefix(PRELUDE)), request)[-1]

    document = examined(build(example.bad), request)[-1]
    assert [one for one in trials(document, PRELUDE + example.bad, again) if one.problem] == []
