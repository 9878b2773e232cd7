"""Two diagnoses held against each other."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from tests.render.test_formats import HOSTILE, hostile, tokens
from tests.render.test_text import DETACHED

from whygrad.render import differences
from whygrad.render.comparison import Asked, Comparison, Gradient, compare, match


def diagnosis(*findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A judged diagnosis with these findings, whose steps came to their end."""
    ended = {"forward": {"completed": True}, "backward": {"completed": True}}
    passes = [{"name": name, "ran": True} for name in ("structure", "numeric")]
    return {"status": "done", "verdict": "faulty", "findings": list(findings), "passes": passes, **ended, **changes}


def found(code: str, severity: str = "error", fingerprint: str | None = None) -> dict[str, Any]:
    return {"code": code, "severity": severity, "title": f"{code} is told", "fingerprint": fingerprint or code * 8}


def codes(findings: Any) -> list[str]:
    return [finding["code"] for finding in findings]


def test_findings_are_told_apart_by_their_fingerprints() -> None:
    cut, unused, mismatch = found("CUT101"), found("PAR203", "warning"), found("SHP701")
    compared = compare(diagnosis(cut, unused), diagnosis(unused, mismatch))
    assert codes(compared.fixed) == ["CUT101"]
    assert codes(compared.new) == ["SHP701"]
    assert [kept.after["code"] for kept in compared.kept] == ["PAR203"]
    assert compared.unseen == ()


def test_nothing_lies_between_a_diagnosis_and_itself() -> None:
    compared = compare(DETACHED, copy.deepcopy(DETACHED) | {"findings": DETACHED["findings"][:0]})
    assert len(compared.fixed) == 2
    document = diagnosis(found("CUT101"))
    same = compare(document, copy.deepcopy(document))
    assert (same.fixed, same.unseen, same.new, same.gradients, same.asked) == ((), (), (), (), ())


@pytest.mark.parametrize(
    "shorter",
    [
        {"passes": [{"name": "structure", "ran": True}, {"name": "numeric", "ran": False}]},
        {"backward": {"completed": False}},
        {"forward": {"completed": False}, "backward": {"completed": False}},
        {"findings_total": 3_000},
    ],
)
def test_what_a_shorter_run_did_not_see_is_not_called_fixed(shorter: dict[str, Any]) -> None:
    compared = compare(diagnosis(found("NUM602")), diagnosis(found("SHP701"), **shorter))
    assert compared.fixed == ()
    assert codes(compared.unseen) == ["NUM602"]
    assert codes(compared.new) == ["SHP701"]


def test_a_run_that_gets_further_fixes_what_stopped_the_other_and_may_find_what_was_there() -> None:
    stopped = diagnosis(found("SHP701"), backward={"completed": False})
    compared = compare(stopped, diagnosis(found("IPL301")))
    assert (codes(compared.fixed), codes(compared.new), codes(compared.unreached)) == (["SHP701"], [], ["IPL301"])
    assert codes(compared.counted("error")) == ["IPL301"], "nobody knew of it"
    page = differences.render("text", compared)
    assert page.startswith("faulty, as before: 1 not reached before, 1 fixed\n")
    assert "not reached before (1): the earlier run did not get as far, so they may have been there before" in page


def test_what_is_ignored_is_still_there() -> None:
    document, ignoring = diagnosis(found("CUT101")), diagnosis(ignored=[found("CUT101")])
    for compared in (compare(document, ignoring), compare(ignoring, document)):
        assert (compared.fixed, compared.new) == ((), ())
        assert [kept.ignored for kept in compared.kept] == [True]
        assert compared.counted("note") == []
    assert compare(ignoring, ignoring).kept == ()


def test_a_finding_without_a_fingerprint_is_like_no_other() -> None:
    bare = {"code": "CUT101", "severity": "error"}
    compared = compare(diagnosis(bare, bare), diagnosis(bare))
    assert (len(compared.fixed), len(compared.new), compared.kept) == (2, 1, ())


@pytest.mark.parametrize(
    ("before", "after", "fail_on", "counts"),
    [
        ([], [found("CUT101")], "error", ["CUT101"]),
        ([], [found("CUT101", "warning")], "error", []),
        ([], [found("CUT101", "warning")], "warning", ["CUT101"]),
        ([], [found("CUT101")], "never", []),
        ([found("CUT101")], [found("CUT101")], "note", []),
        ([found("CUT101", "warning")], [found("CUT101", "error")], "error", ["CUT101"]),
        ([found("CUT101", "error")], [found("CUT101", "warning")], "warning", []),
    ],
)
def test_what_is_new_or_graver_counts(before: Any, after: Any, fail_on: str, counts: list[str]) -> None:
    assert codes(compare(diagnosis(*before), diagnosis(*after)).counted(fail_on)) == counts


def test_gradients_that_changed_are_told() -> None:
    earlier = [{"name": "a", "gradient": "none"}, {"name": "b", "gradient": "ok"}, {"name": "c", "gradient": "ok"}]
    later = [{"name": "a", "gradient": "ok"}, {"name": "b", "gradient": "ok"}, {"name": "d", "gradient": "zero"}]
    whole = compare(diagnosis(parameters=earlier), diagnosis(parameters=later))
    assert whole.gradients == (Gradient("a", "none", "ok"), Gradient("c", "ok", None), Gradient("d", None, "zero"))
    cut = compare(diagnosis(parameters=earlier), diagnosis(parameters=later, parameters_total=5_000))
    assert cut.gradients == (Gradient("a", "none", "ok"),), "of those that are not listed nothing is known"


def test_another_request_is_told() -> None:
    compared = compare(diagnosis(request={"mode": "train", "seed": 0}), diagnosis(request={"mode": "eval", "seed": 0}))
    assert compared.asked == (Asked("mode", "train", "eval"),)


@pytest.mark.parametrize("side", [0, 1])
def test_one_that_could_not_be_judged_is_said_so(side: int) -> None:
    pair = [diagnosis(), diagnosis()]
    pair[side] |= {"verdict": "undetermined", "headline": "The run timed out"}
    compared = compare(*pair)
    assert not compared.judged
    name = ("earlier", "later")[side]
    assert f"the {name} one could not be judged: undetermined: The run timed out" in text(compared)


def text(compared: Comparison) -> str:
    return differences.render("text", compared)


PAGE = """\
faulty -> suspect: 1 new, 1 fixed

new (1)
  warning[PAR203]: PAR203 is told

fixed (1)
  error[CUT101]: encoder.proj gets no gradient: the result of encoder is
      detached in model.py line 18 (model.py:18 in forward, module encoder
      (Encoder))

gradients that changed (2)
  encoder.proj.* (2 of 4 parameters): none -> ok
"""


def test_a_page_tells_the_new_first() -> None:
    earlier, later = diagnosis(*DETACHED["findings"][:1]), diagnosis(found("PAR203", "warning"), verdict="suspect")
    earlier["parameters"] = DETACHED["parameters"]
    later["parameters"] = [parameter | {"gradient": "ok"} for parameter in DETACHED["parameters"]]
    assert text(compare(earlier, later)) == PAGE


def test_json_is_plain_data() -> None:
    told = json.loads(differences.render("json", compare(diagnosis(found("CUT101")), diagnosis())))
    assert codes(told["fixed"]) == ["CUT101"]
    assert told["judged"] is True
    assert told["before"]["verdict"] == "faulty"


def test_markdown_reads_as_a_page() -> None:
    page = differences.render("markdown", compare(diagnosis(), diagnosis(found("CUT101"))))
    assert page.startswith("### faulty, as before: 1 new\n\n#### new (1)\n\n- error\\[CUT101\\]: CUT101 is told\n")


@pytest.mark.parametrize("words", HOSTILE)
def test_text_of_strangers_stays_text(words: str) -> None:
    compared = compare(hostile(words), diagnosis(parameters=[], request={words: words}))
    for form in differences.FORMATS:
        page = differences.render(form, compared)
        page.encode()
        assert form == "json" or not any(ord(character) < 32 and character != "\n" for character in page)
    page = differences.render("markdown", compared)
    assert tokens(page).isdisjoint({"link_open", "image", "html_block", "table_open"})


def test_programs_of_one_name_are_taken_in_their_order() -> None:
    first, second = diagnosis(found("CUT101")), diagnosis(found("SHP701"))
    matched = match([first, second], [diagnosis(found("CUT101")), diagnosis(), diagnosis(found("PAR203"))])
    assert [codes(pair.fixed) for pair in matched.pairs] == [[], ["SHP701"]]
    assert [codes(document["findings"]) for document in matched.added] == [["PAR203"]]
    assert codes(matched.counted("error")) == ["PAR203"]


def test_several_programs_as_markdown() -> None:
    matched = match([diagnosis(model={"path": "nets/a.pt"})], [diagnosis(found("CUT101"), model={"name": "<b>.pt"})])
    assert differences.render_matched("markdown", matched) == (
        "### \\<b\\>.pt: not there before, faulty now\n\n- error\\[CUT101\\]: CUT101 is told\n\n"
        "### nets/a.pt: no longer there, faulty before\n"
    )
