"""What real architectures do with axes is left alone, scripted and traced."""

from __future__ import annotations

import pytest
from tests.engine.axes.architectures import HEALTHY, Architecture
from tests.engine.programs import diagnose_source

each = pytest.mark.parametrize("architecture", HEALTHY.values(), ids=HEALTHY)


@each
def test_scripted(architecture: Architecture) -> None:
    assert found(architecture, "script") == []


@each
@pytest.mark.slow
def test_traced(architecture: Architecture) -> None:
    assert found(architecture, f"trace {architecture.shapes}") == []


def found(architecture: Architecture, export: str) -> list[tuple[str, str]]:
    document = diagnose_source(architecture.source, shapes=architecture.shapes, export=export, **architecture.request)
    return [(f["code"], f["title"]) for f in document["findings"] if f["severity"] != "note"]
