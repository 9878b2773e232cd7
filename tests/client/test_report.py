"""A diagnosis as typed objects: what the service documents, as it documents it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema
from tests.render.test_formats import HOSTILE, elements, hostile, tokens
from tests.render.test_text import DETACHED

from whygrad.web.answers import catalogue, diagnosis, document, explanation, link
from whygrad_client import Client, NotADiagnosis, Report, answers, report

PAIRS = [
    (diagnosis.Diagnosis, report.Report),
    (diagnosis.Finding, report.Finding),
    (diagnosis.Location, report.Location),
    (diagnosis.Frame, report.Frame),
    (diagnosis.SourceLine, report.SourceLine),
    (diagnosis.Operand, report.Operand),
    (diagnosis.Related, report.Related),
    (diagnosis.Fix, report.Fix),
    (diagnosis.Mute, report.Mute),
    (diagnosis.Parameter, report.Parameter),
    (diagnosis.Module, report.Module),
    (document.TensorFacts, report.Tensor),
    (diagnosis.Error, report.Raised),
    (diagnosis.Phase, report.Phase),
    (diagnosis.Pass, report.Pass),
    (diagnosis.Model, report.Model),
    (diagnosis.Environment, report.Environment),
    (diagnosis.Summary, answers.Summary),
    (catalogue.Rule, answers.Rule),
    (catalogue.RulePage, answers.RulePage),
    (explanation.Candidate, answers.Candidate),
    (explanation.Question, answers.Question),
    (explanation.Explanation, answers.Explanation),
    (link.NewLink, answers.UploadLink),
]
BEYOND = {"document", "library"}


@pytest.mark.parametrize(("schema", "kind"), PAIRS, ids=lambda side: side.__name__)
def test_every_field_of_the_specification_is_there(schema: type[Schema], kind: Any) -> None:
    assert set(schema().fields) == {field.name for field in fields(kind)} - BEYOND


def test_all_of_it_is_typed(client: Client, detached: Path) -> None:
    told = client.diagnose(detached, "2x4", expect_frozen=["none.*"])
    (finding,) = told.findings
    assert finding.location
    assert (finding.location.source, finding.location.line) == ("h = h.detach()", 11)
    assert finding.location.stack[-1].function == "forward"
    assert finding.fix
    assert (finding.fix.before, finding.fix.verified) == ("h = h.detach()", True)
    assert finding.parameters == ("linear.weight", "linear.bias")
    assert [(p.name, p.shape, p.gradient, p.finding) for p in told.parameters] == [
        ("linear.weight", (3, 4), "none", 0),
        ("linear.bias", (3,), "none", 0),
    ]
    assert told.forward.completed
    assert told.model.name == "detached.pt"
    assert told.request["expect_frozen"] == ["none.*"]
    assert told.created_at
    assert told.created_at.tzinfo is not None
    assert repr(told).startswith("<Report faulty: linear gets no gradient")
    assert "document" not in repr(finding)


def test_it_is_frozen_and_travels(client: Client, detached: Path) -> None:
    told = client.diagnose(detached, "2x4")
    with pytest.raises(FrozenInstanceError):
        told.verdict = "healthy"  # type: ignore[misc]
    for again in (pickle.loads(pickle.dumps(told)), copy.deepcopy(told)):
        assert again == told
        assert hash(again) == hash(told)
        assert again.document == told.document


@pytest.mark.parametrize("verdict", ["faulty", "suspect", "healthy", "undetermined"])
def test_a_verdict_is_one_of_four(verdict: str) -> None:
    told = Report.read({"status": "done", "verdict": verdict})
    assert [getattr(told, name) for name in ("faulty", "suspect", "healthy", "undetermined")].count(True) == 1
    assert getattr(told, verdict)


@pytest.mark.parametrize(("status", "undetermined"), [("queued", False), ("running", False), ("lost", True)])
def test_what_has_no_verdict_is_undetermined_only_in_the_end(status: str, undetermined: bool) -> None:
    told = Report.read({"status": status, "verdict": None})
    assert (told.finished, told.undetermined) == (undetermined, undetermined)
    assert [told.faulty, told.suspect, told.healthy] == [False] * 3


def test_what_is_new_is_reached_all_the_same() -> None:
    told = Report.read({"verdict": "faulty", "mood": "bad", "findings": [{"code": "CUT101", "since": 2}]})
    assert told.document["mood"] == "bad"
    assert told.findings[0].document["since"] == 2


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "the value is list, not dict"),
        ({"findings": {}}, "/findings is dict, not list"),
        ({"findings": [3]}, "/findings/0 is int, not dict"),
        ({"findings": [{}]}, "/findings/0 has no code"),
        ({"findings": [{"code": "CUT101", "location": {"line": "3"}}]}, "/findings/0/location/line is str, not int"),
        ({"findings_total": True}, "/findings_total is bool, not int"),
        ({"created_at": "soon"}, "/created_at is no moment"),
        ({"parameters": [{"name": "a", "norm": "1"}]}, "/parameters/0/norm is str, not float"),
    ],
)
def test_what_is_none_is_told_with_its_place(document: Any, says: str) -> None:
    with pytest.raises(NotADiagnosis, match=f"this is no diagnosis: {says}"):
        Report.read(document)


def test_null_and_whole_numbers_are_taken() -> None:
    moment = "2026-01-31T12:00:00Z"
    told = Report.read({"parameters": [{"name": "a", "norm": 1}], "findings": None, "created_at": moment})
    assert (told.parameters[0].norm, told.findings) == (1, ())
    assert told.created_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_it_is_rendered_in_every_format() -> None:
    told = Report.read(DETACHED)
    assert str(told).startswith("error[CUT101]")
    assert told.render("sarif").startswith("{")
    with pytest.raises(ValueError, match="no format 'pdf'; there are text, json"):
        told.render("pdf")


class TestNotebook:
    def test_a_cell_shows_the_diagnosis(self) -> None:
        told = Report.read(DETACHED)
        cell = told._repr_html_()
        assert '<h3><strong class="error">error[CUT101]:</strong> encoder.proj' in cell
        assert "**error" in told._repr_markdown_()

    def test_its_styles_reach_nothing_else(self) -> None:
        cell = Report.read(DETACHED)._repr_html_()
        style = cell.partition("<style>")[2].partition("</style>")[0]
        selectors = [part.strip() for rule in style.split("}") for part in rule.partition("{")[0].split(",")]
        assert all(selector.startswith(".whygrad-report") for selector in filter(None, selectors))
        assert not {"url(", "@import", "http"} & set(style.split())

    @pytest.mark.parametrize("text", HOSTILE)
    def test_text_of_strangers_stays_text(self, text: str) -> None:
        cell = Report.read(hostile(text))
        assert elements(cell._repr_html_()) <= {
            *("div", "style", "h3", "h4", "p", "pre", "code", "span", "strong", "ol", "ul", "li")
        }
        assert tokens(cell._repr_markdown_()).isdisjoint({"link_open", "image", "html_block", "table_open"})
