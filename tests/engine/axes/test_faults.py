"""Axes that go wrong are found, under the code that says what to change."""

from __future__ import annotations

from functools import cache

import pytest
from tests.engine.axes.faults import FAULTS, OTHERS, Fault
from tests.engine.programs import diagnose_source

from whygrad.engine.observation import Json

each_fault = pytest.mark.parametrize("name", FAULTS)


@each_fault
def test_code_stands_first(name: str) -> None:
    assert [f["code"] for f in findings(FAULTS[name])][:1] == [FAULTS[name].code]


@each_fault
def test_line_is_mended(name: str) -> None:
    assert findings(FAULTS[name])[0]["fix"]["after"] == FAULTS[name].after


@each_fault
def test_parameters_suffer_where_it_raises(name: str) -> None:
    first = findings(FAULTS[name])[0]
    assert bool(first["parameters"]) == (first["severity"] == "error")


def test_attention_made_for_the_batch_first_is_tried() -> None:
    names = [name for name in FAULTS if name.startswith("attention ")]
    assert len(names) == 6
    assert all(findings(FAULTS[name])[0]["fix"]["verified"] for name in names)


def test_samples_over_features_are_told_to_stand_beside_them() -> None:
    found = findings(FAULTS["a loss of each feature weighed by the label of its sample"])[0]
    assert "dimension 1 of e, which holds something else" in found["message"]
    assert found["fix"]["summary"].endswith(": (1 / self.w(y)[:, 0]).unsqueeze(-1) is 8x1")


def test_operand_without_a_name_is_given_no_code() -> None:
    fault = Fault("SHP707", "8x5", "self.a = nn.Linear(5, 8)", "h = self.a(x)\nreturn (h / h.sum(1)) / h.sum(1)")
    summaries = [f["fix"]["summary"] for f in findings(fault) if f["code"] == "SHP707"]
    assert summaries == ["line the second operand up with 8x8: it is to be 8x1"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_fault_keeps_its_code(name: str) -> None:
    assert [f["code"] for f in findings(OTHERS[name])][:1] == [OTHERS[name].code]


@cache
def findings(fault: Fault) -> list[dict[str, Json]]:
    """What is found in a program, without what is only worth knowing."""
    document = diagnose_source(fault.source, shapes=fault.shapes, export=fault.export)
    return [f for f in document["findings"] if f["severity"] != "note"]
