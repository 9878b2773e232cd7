from __future__ import annotations

from typing import Any

import pytest

from whygrad.jobs.diagnosis import empty_document
from whygrad.jobs.lost import lost_document
from whygrad.jobs.wellformed import is_description, is_diagnosis, is_location

LOCATION = {"module": "a", "op": "aten::add", "file": "m.py", "line": 3, "source": "x + 1", "stack": []}


def with_finding(**changed: Any) -> dict[str, Any]:
    document = lost_document(None, 3)
    document["findings"] = [document["findings"][0] | changed]
    return document


@pytest.mark.parametrize("document", [empty_document(), with_finding(), with_finding(location=LOCATION)])
def test_our_own_documents_pass(document: dict[str, Any]) -> None:
    assert is_diagnosis(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        empty_document() | {"findings": "none"},
        empty_document() | {"findings": [1]},
        empty_document() | {"verdict": "perfect"},
        empty_document() | {"headline": 5},
        {name: value for name, value in empty_document().items() if name != "timing"},
        with_finding(code="<script>"),
        with_finding(fingerprint="f" * 65),
        with_finding(fingerprint="none"),
        with_finding(severity="terrible"),
        with_finding(chain=None),
        with_finding(location={}),
        with_finding(location=LOCATION | {"line": "3"}),
        with_finding(location=LOCATION | {"stack": [1]}),
        with_finding(location=LOCATION | {"context": [1]}),
        with_finding(location=LOCATION | {"column": "3"}),
        with_finding(related=[LOCATION]),
        with_finding(related=[{"label": "here", "location": {}}]),
        with_finding(operands=["x"]),
        with_finding(chain=[{}]),
        with_finding(parameters=[None]),
        with_finding(fix={"summary": None}),
        empty_document() | {"findings_total": "many"},
        empty_document() | {"parameters": [3]},
        empty_document() | {"forward": {}},
        empty_document() | {"timing": {"queued_ms": "long"}},
        empty_document() | {"passes": ["structure"]},
    ],
)
def test_forged_documents_do_not(document: dict[str, Any]) -> None:
    assert not is_diagnosis(document)


def test_a_location_is_whole_or_none() -> None:
    assert is_location(LOCATION)
    assert not any(map(is_location, ({}, None, [], LOCATION | {"stack": "deep"})))


ARGUMENT = {"name": "x", "type": "Tensor", "required": True}
METHOD = {"name": "forward", "arguments": [ARGUMENT], "recorded_inputs": None}
REFUSED = {"what": "a page", "why": "it is HTML", "instead": "send a program"}
PROGRAM = {"format": "torchscript", "refused": None, "parameters": 4, "weights": "present", "methods": [METHOD]}
NO_PROGRAM = {"format": "unknown", "refused": REFUSED, "methods": []}


@pytest.mark.parametrize("document", [PROGRAM, NO_PROGRAM])
def test_our_own_descriptions_pass(document: dict[str, Any]) -> None:
    assert is_description(document)


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        PROGRAM | {"methods": "all"},
        PROGRAM | {"methods": [METHOD | {"arguments": [{}]}]},
        PROGRAM | {"methods": [METHOD | {"recorded_inputs": "all"}]},
        PROGRAM | {"methods": [METHOD | {"recorded_inputs": [1]}]},
        PROGRAM | {"parameters": "many"},
        NO_PROGRAM | {"refused": {}},
        NO_PROGRAM | {"refused": "no"},
        NO_PROGRAM | {"refused": None},
    ],
)
def test_forged_descriptions_do_not(document: Any) -> None:
    assert not is_description(document)
