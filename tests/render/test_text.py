"""A diagnosis as a page for a terminal."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.render.text import render

HEADLINE = "encoder.proj gets no gradient: the result of encoder is detached in model.py line 18"
DETACHED: dict[str, Any] = {
    "status": "done",
    "verdict": "faulty",
    "headline": HEADLINE,
    "findings": [
        {
            "code": "CUT101",
            "name": "detached",
            "severity": "error",
            "title": HEADLINE,
            "message": "detach() takes the result out of the graph, and the loss reaches encoder.proj only through it.",
            "location": {
                "module": "encoder",
                "module_type": "Encoder",
                "op": "aten::detach",
                "file": "model.py",
                "line": 18,
                "column": 12,
                "source": "h = h.detach()",
                "offset": 4,
                "context": [
                    {"line": 17, "source": "        h = self.proj(x).relu()"},
                    {"line": 19, "source": "        return h"},
                ],
                "stack": [{"file": "model.py", "line": 18, "function": "forward", "source": "h = h.detach()"}],
            },
            "operands": [
                {
                    "role": "self",
                    "name": "h",
                    "shape": [2, 5],
                    "dtype": "float32",
                    "device": "cpu",
                    "requires_grad": True,
                    "grad_fn": "ReluBackward0",
                }
            ],
            "parameters": ["encoder.proj.weight", "encoder.proj.bias"],
            "related": [],
            "chain": ["encoder.proj.weight is read by linear", "nothing else carries it to the loss"],
            "fix": {
                "summary": "take the detach out",
                "before": "h = h.detach()",
                "after": "",
                "verified": True,
                "evidence": "without it 4 of 4 parameters receive a gradient (2 of 4 before)",
            },
            "docs": "/rules/CUT101",
        },
        {"code": "PAR201", "name": "frozen", "severity": "note", "title": "head.scale is frozen", "location": None},
    ],
    "parameters": [
        {"name": "encoder.proj.weight", "gradient": "none"},
        {"name": "encoder.proj.bias", "gradient": "none"},
        {"name": "head.weight", "gradient": "ok"},
        {"name": "head.bias", "gradient": "ok"},
    ],
    "passes": [
        {"name": "structure", "ran": True, "why_not": None},
        {"name": "numeric", "ran": False, "why_not": "the file holds no weights"},
    ],
    "environment": {"torch": "2.13.0", "device": "cpu"},
    "timing": {"total_ms": 49.2},
    "ignored": [],
}
PAGE = f"""\
error[CUT101]: {HEADLINE}

  --> model.py:18 in forward, module encoder (Encoder)
     |
  17 | h = self.proj(x).relu()
  18 | h = h.detach()
     |     ^ aten::detach
  19 | return h

  self  h  [2, 5]  float32, from ReluBackward0

  detach() takes the result out of the graph, and the loss reaches encoder.proj
  only through it.

  no gradient: encoder.proj.* (2 of 4 parameters)

  how it comes about
    1. encoder.proj.weight is read by linear
    2. nothing else carries it to the loss

  fix: take the detach out
       - h = h.detach()
       verified by running it: without it 4 of 4 parameters receive a gradient
       (2 of 4 before)

  detached: whygrad rules CUT101 tells more

note[PAR201]: head.scale is frozen
not run: the step with its numbers: the file holds no weights

faulty · 1 error, 1 note · 49 ms · torch 2.13.0 on cpu
"""


def document(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(DETACHED) | changes


def operand(role: str, shape: list[int]) -> dict[str, Any]:
    return {"role": role, "name": role, "shape": shape, "dtype": "float32", "device": "cpu", "requires_grad": False}


def with_operands(code: str, op: str, *operands: dict[str, Any], message: str = "") -> dict[str, Any]:
    faulty = document()
    faulty["findings"][0] |= {"code": code, "operands": list(operands), "message": message}
    faulty["findings"][0]["location"]["op"] = op
    return faulty


def test_the_whole_page() -> None:
    assert render(DETACHED) == PAGE


def test_the_page_with_colours_says_the_same() -> None:
    coloured = render(DETACHED, color=True)
    assert coloured != PAGE
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == PAGE


@pytest.mark.parametrize(
    ("code", "op", "shapes", "message", "shows"),
    [
        ("SHP701", "aten::linear", ([2, 10], [1, 6]), "", "10 and 6 do not fit"),
        ("SHP701", "aten::matmul", ([4, 3], [5, 3]), "", "3 and 5 do not fit"),
        ("SHP702", "aten::conv2d", ([1, 4, 8, 8], [16, 3, 3, 3]), "", "4 and 3 do not fit"),
        ("SHP702", "aten::conv2d", ([4, 8, 8], [16, 3, 3, 3]), "", "4 and 3 do not fit"),
        ("SHP706", "aten::add", ([2, 5, 7], [4, 7]), "", "5 and 4 do not fit"),
        ("SHP705", "aten::cat", ([2, 3, 8], [2, 5, 7]), "must match except in dimension 1.", "8 and 7 do not fit"),
    ],
)
def test_the_sizes_that_do_not_fit_are_marked(
    code: str, op: str, shapes: tuple[list[int], list[int]], message: str, shows: str
) -> None:
    first, second = shapes
    lines = render(with_operands(code, op, operand("a", first), operand("b", second), message=message)).splitlines()
    row = next(i for i, line in enumerate(lines) if line.startswith("  a"))
    assert lines[row + 3].endswith(shows)
    size, other = shows.split(" do not fit")[0].split(" and ")
    for line, marks, number in ((lines[row], lines[row + 1], size), (lines[row + 2], lines[row + 3], other)):
        at = marks.index("^")
        assert line[at : at + len(number)] == number


def test_further_findings_are_shorter_and_in_their_order() -> None:
    two = document()
    two["findings"].insert(1, copy.deepcopy(two["findings"][0]) | {"code": "PAR203", "title": "tail is never read"})
    page = render(two)
    assert page.index("error[CUT101]") < page.index("error[PAR203]: tail is never read") < page.index("note[PAR201]")
    assert page.count("how it comes about") == 1


def test_a_further_finding_says_in_short_whether_its_fix_was_run() -> None:
    document = copy.deepcopy(DETACHED)
    document["findings"] *= 2
    lines = [line.strip() for line in render(document).splitlines()]
    told = [line for line in lines if line.startswith("verified by running it")]
    assert [line.endswith("verified by running it") for line in told] == [False, True]


def test_the_calls_that_led_there_are_told_but_not_those_of_the_library() -> None:
    called = document()
    stack = called["findings"][0]["location"]["stack"]
    stack.insert(0, {"file": "torch/nn/modules/container.py", "line": 9, "function": "forward", "library": True})
    stack.insert(0, {"file": "model.py", "line": 30, "function": "forward", "source": "self.encoder(x)"})
    assert "\n  called from model.py:30 in forward: self.encoder(x)\n" in render(called)
    assert "container.py" not in render(called)


def test_a_call_in_the_line_that_is_shown_is_not_told_again() -> None:
    called = document()
    location = called["findings"][0]["location"]
    own = {"file": location["file"], "line": location["line"], "function": "forward", "source": "self.encoder(x)"}
    location["stack"].insert(0, own)
    assert "called from" not in render(called)


def test_no_mark_is_drawn_where_its_place_is_not_known() -> None:
    constant = document()
    location = constant["findings"][0]["location"]
    location |= {"op": "prim::Constant", "offset": None}
    assert not any(
        line.rstrip().endswith("|") for line in render(constant).split(location["source"])[1].splitlines()[:2]
    )


def test_a_related_place_is_shown_unless_it_is_the_same() -> None:
    related = document()
    here = related["findings"][0]["location"]
    saver = here | {"line": 17, "column": 12, "source": "h = self.proj(x).relu()", "op": "aten::relu"}
    related["findings"][0]["related"] = [{"label": "saved", "location": saver}, {"label": "changed", "location": here}]
    page = render(related)
    assert "saved: model.py:17" in page
    assert "changed" not in page


def test_operands_without_names_leave_no_gap() -> None:
    nameless = [operand("a", [2]) | {"name": None}, operand("b", [3]) | {"name": None}]
    page = render(with_operands("SHP706", "aten::add", *nameless))
    assert "  a  [2]  float32, no gradient\n      ^\n  b  [3]" in page


def test_a_statement_is_marked_but_not_named_as_torchscript_does() -> None:
    region = document()
    region["findings"][0]["location"] |= {"op": "prim::Enter"}
    page = render(region)
    assert "    ^\n" in page
    assert "prim::" not in page


def test_a_place_without_text_names_the_operation() -> None:
    traced = document()
    traced["findings"][0]["location"] |= {"source": None, "column": None, "offset": None, "context": []}
    assert "--> model.py:18" in render(traced)
    assert "aten::detach (the file does not hold the text of this line)" in render(traced)


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({"verdict": "healthy", "headline": "all is well"}, "healthy: all is well", "healthy · 49 ms"),
        (
            {"verdict": None, "headline": None, "status": "queued", "model": {"name": "m.pt"}},
            "queued: m.pt waits",
            "queued",
        ),
        ({"verdict": None, "headline": None, "status": "running"}, "running: the program is being", "running"),
        (
            {"verdict": "undetermined", "headline": "Undetermined: no pass could", "status": "running"},
            "running: the program is being",
            "running",
        ),
        ({"verdict": None, "headline": None, "status": "cancelled"}, "cancelled: the diagnosis of", "cancelled"),
        ({"verdict": "undetermined", "headline": "stopped after 120 s"}, "undetermined: stopped", "undetermined"),
    ],
)
def test_other_endings_read_well(changes: dict[str, Any], first: str, last: str) -> None:
    lines = render(document(findings=[], **changes)).splitlines()
    assert lines[0].startswith(first)
    assert lines[-1].startswith(last)


def test_a_finding_without_a_place_leaves_no_gap() -> None:
    nowhere = document()
    nowhere["findings"][0] |= {"location": None, "operands": []}
    assert "\n\n\n" not in render(nowhere)


def test_who_muted_a_finding_is_told() -> None:
    muted = copy.deepcopy(DETACHED)
    muted["findings"][0]["muted"] = {"by": "ada", "at": "2026-01-31T12:00:00.000Z", "reason": "a frozen teacher"}
    assert "  muted by ada on 2026-01-31: a frozen teacher\n" in render(muted)
    muted["findings"][0]["muted"] = {"by": "", "at": None, "reason": ""}
    assert "  muted\n" in render(muted)


def test_an_almost_empty_document_renders() -> None:
    cancelled = {
        "status": "cancelled",
        "verdict": "undetermined",
        "headline": "not judged yet",
        "model": {"name": "m.pt"},
    }
    assert render(cancelled) == "cancelled: the diagnosis of m.pt was cancelled\n\ncancelled\n"
    assert render({}) == "unknown: no headline for the program\n\nunknown\n"


def test_fifty_findings_and_a_thousand_parameters_stay_bounded() -> None:
    names = [f"layers.{i}.weight" for i in range(1000)]
    many = document(parameters=[{"name": n, "gradient": "none"} for n in names] + [{"name": "tail", "gradient": "ok"}])
    many["findings"] = [copy.deepcopy(many["findings"][0]) | {"parameters": names[::2]} for _ in range(50)]
    page = render(many)
    assert "and 496 more (500 of 1001 parameters)" in " ".join(page.split())
    assert "… and 30 more findings" in page
    assert len(page) < 20_000


def test_lists_that_were_cut_are_counted_whole() -> None:
    names = [f"layers.{i}.weight" for i in range(20)]
    cut = document(parameters=[{"name": name, "gradient": "none"} for name in names], parameters_total=33)
    cut["findings"][0] |= {"parameters": names, "parameters_total": 32}
    assert "(32 of 33 parameters)" in " ".join(render(cut).split())
    cut["findings"][0]["parameters_total"] = 33
    assert "all 33 parameters" in " ".join(render(cut).split())


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("Cc", "Cf", "Zl", "Zp", "Lo", "Lu")), max_size=500))
def test_hostile_strings_reach_no_terminal(hostile: str) -> None:
    page = render(_with_every_string(DETACHED, hostile + "\x1b]0;owned\x07\r\u202e"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]", page)


def _with_every_string(value: Any, text: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_every_string(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_every_string(inner, text) for inner in value]
    return text if isinstance(value, str) else value
