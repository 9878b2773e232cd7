from __future__ import annotations

from typing import Any

from whygrad.jobs.diagnosis import empty_document
from whygrad.jobs.lost import lost_document

CUT = {"code": "CUT101", "severity": "error"}
NEVER_USED = {"code": "PAR201", "severity": "warning"}


def codes(document: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in document["findings"]]


def test_a_job_of_which_nothing_is_known_is_undetermined() -> None:
    document = lost_document(None, 3)
    assert (document["verdict"], codes(document)) == ("undetermined", ["RUN006"])
    assert document["headline"] == document["findings"][0]["title"]
    assert "3 workers" in document["findings"][0]["title"]


def test_what_was_found_before_still_stands() -> None:
    known = empty_document() | {"verdict": "faulty", "headline": "cut off", "findings": [CUT], "findings_total": 1}
    document = lost_document(known, 3)
    assert (document["verdict"], document["headline"], codes(document)) == ("faulty", "cut off", ["CUT101", "RUN006"])
    assert document["findings_total"] == 2


def test_a_warning_from_before_still_counts() -> None:
    known = empty_document() | {"verdict": "suspect", "headline": "never used", "findings": [NEVER_USED]}
    document = lost_document(known, 3)
    assert (document["verdict"], document["headline"]) == ("suspect", "never used")
