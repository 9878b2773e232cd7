"""Diagnoses in the formats of other programs, read by those programs' own readers; and text of strangers in them."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml
from markdown_it import MarkdownIt
from sarif_pydantic import Sarif
from tests.render.test_text import DETACHED, HEADLINE

from whygrad.engine import catalogue
from whygrad.render import formats, github, html, junit, markdown, sarif

VENDORED = Path(__file__).with_name("vendor")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "]]></failure><x/>",
    "\n::error file=x::forged%0A",
    "::add-mask::a",
    "##[error]x",
    "a%b:c,d",
    "```\n# heading\n",
    "[text](http://evil.example) ![x](y) @everyone www.evil.example https://evil.example",
    "| a | b |",
    "{0} {{7*7}} [link](1)",
    "\x1b[2J\x00\ufffe\ud800\u202e",
    "\"quoted\" & 'single'",
    "N" * 5_000,
]
IN_A_REPOSITORY = {"path": "src/a b/model.py", "file": "model.py"}


def located() -> dict[str, Any]:
    """The detached diagnosis, its line found in a repository."""
    document = copy.deepcopy(DETACHED)
    document["findings"] = document["findings"][:1]
    document["findings"][0]["location"] |= IN_A_REPOSITORY
    document["findings"][0]["fingerprint"] = "f" * 64
    document["model"] = {"name": "encoder.pt", "path": "models/encoder.pt"}
    return document


def hostile(text: str) -> dict[str, Any]:
    """The same diagnosis with this text wherever a program has a say."""
    words = {"code", "severity", "status", "verdict", "gradient"}

    def told(value: Any, field: str) -> Any:
        if isinstance(value, dict):
            return {key: told(entry, key) for key, entry in value.items()}
        if isinstance(value, list):
            return [told(entry, field) for entry in value]
        return text if isinstance(value, str) and field not in words else value

    changed: dict[str, Any] = told(located(), "")
    return changed


@cache
def published() -> Draft4Validator:
    """The schema that the standard publishes, also its formats: an address is one."""
    schema = json.loads((VENDORED / "sarif-schema-2.1.0.json").read_text())
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def valid(log: str) -> dict[str, Any]:
    """A SARIF log that the published schema takes, and that holds to what GitHub asks beyond it."""
    loaded: dict[str, Any] = json.loads(log)
    assert [error.message for error in published().iter_errors(loaded)] == []
    assert len(log) < 10_000_000
    for run in loaded["runs"]:
        assert len(run["results"]) <= 25_000
        for rule in run["tool"]["driver"]["rules"]:
            assert all(0 < len(rule[name]["text"]) <= 1024 for name in ("shortDescription", "fullDescription"))
            assert rule["help"]["text"]
        for result in run["results"]:
            assert result["message"]["text"]
            for place in [*result["locations"], *result.get("relatedLocations", [])]:
                at = place["physicalLocation"]
                assert not re.match(r"/|\w+:|\.\.", at["artifactLocation"]["uri"]), "relative to the repository"
                assert at["region"]["startLine"] >= 1
    return loaded


def test_what_is_not_ours_is_as_it_was_published() -> None:
    rows = re.findall(r"^\| (\S+\.\S+) \|.*\| ([0-9a-f]{64}) \|$", (VENDORED / "VENDORED.md").read_text(), re.M)
    found = {file.name: sha256(file.read_bytes()).hexdigest() for file in VENDORED.glob("*.json")}
    assert dict(rows) == found


def test_sarif_is_read_by_another_program() -> None:
    (run,) = Sarif.model_validate_json(sarif.render([located()])).runs
    (result,) = run.results or []
    (place,) = result.locations or []
    assert place.physical_location
    assert place.physical_location.artifact_location
    assert place.physical_location.artifact_location.uri == "src/a%20b/model.py"
    assert (result.rule_id, result.message.text.splitlines()[0]) == ("CUT101", HEADLINE)


def test_sarif_pins_the_users_own_line() -> None:
    run = valid(sarif.render([located()]))["runs"][0]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("CUT101", "error")
    assert result["message"]["text"].startswith(HEADLINE)
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "src/a%20b/model.py"},
        "region": {"startLine": 18, "startColumn": 13},
    }
    assert result["partialFingerprints"] == {sarif.FINGERPRINT: "f" * 64}
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["name"]) == ("CUT101", "detached")


def test_sarif_tells_of_each_rule_what_its_page_does() -> None:
    for known in catalogue.rules():
        finding = located()["findings"][0] | {"code": known.code}
        (rule,) = valid(sarif.render([located() | {"findings": [finding]}]))["runs"][0]["tool"]["driver"]["rules"]
        assert (rule["id"], rule["name"]) == (known.code, known.name)
        assert re.fullmatch(r"(`|torch|backward|[A-Z]).*\.", rule["shortDescription"]["text"])
        assert len(rule["fullDescription"]["text"]) > 40
        assert len(rule["help"]["text"]) > 40
        assert "\n" not in rule["help"]["text"].replace("\n\n", "")


def test_sarif_takes_a_code_that_it_does_not_know() -> None:
    finding = located()["findings"][0] | {"code": "XYZ999"}
    (run,) = valid(sarif.render([located() | {"findings": [finding]}]))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("XYZ999", "XYZ999")
    assert rule["help"]["text"] == "This version of whygrad has no page of it."


def test_sarif_pins_the_program_where_no_line_was_found() -> None:
    document = located()
    del document["findings"][0]["location"]["path"]
    (result,) = valid(sarif.render([document]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "models/encoder.pt"}
    assert "At model.py:18" in result["message"]["text"]


def test_sarif_of_several_is_one_run_and_says_what_a_baseline_knows() -> None:
    known = located()
    known["findings"][0]["known"] = True
    new = located()
    new["findings"][0]["known"] = False
    healthy = {"status": "done", "verdict": "healthy", "findings": []}
    (run,) = valid(sarif.render([known, new, healthy]))["runs"]
    assert [result["baselineState"] for result in run["results"]] == ["unchanged", "new"]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_junit_counts_what_fails() -> None:
    healthy = {"status": "done", "verdict": "healthy", "findings": [], "model": {"name": "sound.pt"}}
    lost = {"status": "done", "verdict": "undetermined", "findings": [], "model": {"name": "lost.pt"}}
    report = JUnitXml.fromstring(junit.render([located(), healthy, lost]).encode())
    assert (report.tests, report.failures, report.errors) == (3, 1, 1)
    (case,) = next(iter(report))
    assert (case.name, case.classname) == ("CUT101 detached", "models/encoder.pt.encoder")
    assert case.result[0].message == HEADLINE


@pytest.mark.parametrize(("fail_on", "failures"), [("error", 1), ("note", 1), ("never", 0)])
def test_junit_fails_for_what_was_asked(fail_on: str, failures: int) -> None:
    assert JUnitXml.fromstring(junit.render([located()], fail_on=fail_on).encode()).failures == failures


def test_an_annotation_stands_at_the_line() -> None:
    (line,) = github.render([located()]).splitlines()
    assert line.startswith(f"::error file=src/a b/model.py,line=18,col=13,title=CUT101 detached::{HEADLINE}%0A")
    assert "%0A- h = h.detach()" in line


def test_what_a_baseline_knows_is_annotated_no_more() -> None:
    document = located()
    document["findings"][0]["known"] = True
    assert github.render([document]) == ""


def test_markdown_reads_as_a_page() -> None:
    page = markdown.render([located()])
    assert page.startswith(f"### **error\\[CUT101\\]:** {HEADLINE}\n")
    assert "```diff\n- h = h.detach()\n```" in page
    assert re.search(r"^18 \| +h = h\.detach\(\)$", page, re.MULTILINE)
    assert "1. encoder.proj.weight is read by linear\n2. " in page


def test_html_marks_the_line_and_the_change_and_lists_every_gradient() -> None:
    page = html.render([located()])
    assert '<span class="culprit">18 | h = h.detach()\n</span><span class="mark">   |' in page
    assert '<span class="taken">- h = h.detach()\n</span>' in page
    assert '<th scope="row">encoder.proj.weight</th><td></td><td>none</td><td></td>' in page


def test_html_is_one_page() -> None:
    page = html.render([located(), located()])
    assert page.count("<h1>") == 2
    assert page.startswith("<!doctype html>")
    assert html.POLICY in page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_strangers_stays_text(text: str) -> None:
    document = hostile(text)
    for form in formats.FORMATS:
        page = formats.render(form, [document, document])
        page.encode()
        assert len(page) < 250_000 or form in ("json", "jsonl")
        assert form in ("json", "jsonl") or not re.search(r"[\x00-\x09\x0b-\x1f\u202e\ufffe]", page)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_format_takes_it_for_its_own(text: str) -> None:
    document = hostile(text)
    valid(sarif.render([document]))
    messages = [result["message"]["text"] for result in valid(sarif.render([document]))["runs"][0]["results"]]
    assert not re.search(r"(?<!\\)\[[^\[\]]*\]\(|(?<!\{)\{\d", messages[0])
    report = JUnitXml.fromstring(junit.render([document]).encode())
    assert (report.tests, report.failures) == (1, 1)
    (line,) = github.render([document]).splitlines()
    properties, _, _message = line.removeprefix("::error ").partition("::")
    assert [part.partition("=")[0] for part in properties.split(",")] == ["file", "line", "col", "title"]
    assert elements(html.render([document])) <= PAGE
    assert tokens(markdown.render([document])).isdisjoint({"link_open", "image", "html_block", "table_open"})


PAGE = {
    *("html", "head", "meta", "title", "style", "body", "main", "article"),
    *("h1", "h2", "p", "pre", "code", "span", "strong", "ol", "ul", "li"),
    *("details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
}


def elements(page: str) -> set[str]:
    """The tags of a page, none of which has an attribute that runs anything."""
    found = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add(tag)
            assert {name for name, _value in attrs} <= {
                "lang",
                "charset",
                "http-equiv",
                "content",
                "name",
                "class",
                "scope",
            }

    Reader().feed(page)
    return found


def tokens(page: str) -> set[str]:
    """What Markdown makes of a page; the comments that part an @ from its name are the only HTML."""
    top = MarkdownIt("commonmark").enable("table").parse(page)
    inner = [token for block in top for token in block.children or []]
    assert {token.content for token in inner if token.type == "html_inline"} <= {"<!-- -->"}
    return {token.type for token in [*top, *inner]}
