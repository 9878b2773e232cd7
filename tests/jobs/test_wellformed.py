from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from tests.documents import finding

from whygrad.jobs.diagnosis import empty_document
from whygrad.jobs.lost import lost_document
from whygrad.jobs.wellformed import is_description, is_diagnosis, is_location
from whygrad.render import formats
from whygrad.render.comparison import compare

LOCATION: dict[str, Any] = {
    "module": "a",
    "module_type": None,
    "op": "aten::add",
    "file": "m.py",
    "line": 3,
    "source": "x + 1",
    "column": 4,
    "offset": 0,
    "context": [{"line": 2, "source": "def forward(self, x):"}],
    "stack": [{"file": "m.py", "line": 3, "function": "forward", "source": "x + 1", "library": False}],
}
TENSOR: dict[str, Any] = {"shape": [2, 3], "dtype": "float32"}
WHOLE = empty_document() | {
    "verdict": "faulty",
    "headline": "they do not fit",
    "findings": [
        finding(
            "SHP701",
            location=LOCATION,
            operands=[
                TENSOR | {"role": role, "name": "h", "device": "cpu", "requires_grad": True, "grad_fn": None}
                for role in ("input", "weight")
            ],
            parameters=["w"],
            parameters_total=1,
            related=[{"label": "made here", "location": LOCATION | {"line": 2}}],
            chain=["one", "two"],
            fix={"summary": "do", "before": "x + 1", "after": "x", "verified": True, "evidence": "seen"},
        )
    ],
    "parameters": [
        TENSOR
        | {"name": "w", "requires_grad": True, "gradient": "not-run", "norm": None, "finding": 0, "aliases": ["v"]}
    ],
    "modules": [{"path": "", "type": "Net", "inputs": [TENSOR], "outputs": [TENSOR], "gradient": "not-run"}],
    "forward": {"completed": False, "error": {"type": "RuntimeError", "message": "no", "location": LOCATION}},
    "passes": [{"name": "structure", "ran": True, "why_not": None, "ms": 1.5}],
    "timing": {"structure_ms": 1.5},
}
"""Every field of the contract, with something in it."""
STRANGE: list[Any] = [None, True, -1, 10**18, "x", [], [None], [[]], {}]


def with_finding(**changed: Any) -> dict[str, Any]:
    document = lost_document(None, 3)
    document["findings"] = [document["findings"][0] | changed]
    return document


def forged(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document with every field in turn left out, or something strange in its place."""
    for path in _paths(document):
        for strange in STRANGE:
            changed = copy.deepcopy(document)
            _parent(changed, path)[path[-1]] = strange
            yield changed
        changed = copy.deepcopy(document)
        del _parent(changed, path)[path[-1]]
        yield changed


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield (*path, key)
        yield from _paths(part, (*path, key))


def _parent(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


def test_whatever_passes_can_be_shown() -> None:
    assert is_diagnosis(WHOLE)
    passed = list(filter(is_diagnosis, forged(WHOLE)))
    assert len(passed) > 100
    for document in passed:
        for form in ("text", "markdown", "html", "sarif", "junit", "github"):
            formats.render(form, [document])
        compare(WHOLE, document)


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
