from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from whygrad.request import sizes
from whygrad.request.document import DiagnosisRequest
from whygrad.request.faults import faults
from whygrad.request.sizes import refuse_larger


def told(limit: int, **request: Any) -> list[tuple[str, str]]:
    """Where a request is too large, and why."""
    try:
        refuse_larger(DiagnosisRequest().load(request), limit)
    except ValidationError as error:
        return [(fault["pointer"], fault["message"]) for fault in faults(error)]
    return []


def test_the_input_that_is_too_much_is_named_with_its_size() -> None:
    tensors = [{"shape": [10]}, [{"mask": {"shape": [1_000_000, 1_000_000], "dtype": "bool"}}]]
    ((pointer, message),) = told(4_000_000_000, inputs=tensors)
    assert pointer == "/inputs/1/0/mask"
    assert message.startswith("1000000x1000000:bool takes 8 TB, and all tensors together may take 4 GB.")


def test_all_together_count_and_the_target_too() -> None:
    halves = {"shape": [100]}
    assert told(800, inputs=[halves, halves]) == []
    assert [pointer for pointer, _ in told(799, inputs=[halves, halves])] == ["/inputs/1"]
    loss = {"kind": "cross_entropy", "target": {"shape": [100], "dtype": "int64", "high": 10}}
    assert told(1_600, inputs=[halves, halves], loss=loss) == []
    assert [pointer for pointer, _ in told(1_599, inputs=[halves, halves], loss=loss)] == ["/loss/target"]


@pytest.mark.parametrize(("dtype", "size"), [("float16", 4), ("float64", 8), ("int8", 8), ("complex128", 16)])
def test_an_element_takes_what_it_is_drawn_as(dtype: str, size: int) -> None:
    inputs = [{"shape": [10, 0]}, {"shape": [10], "dtype": dtype}]
    assert told(10 * size, inputs=inputs) == []
    assert told(10 * size - 1, inputs=inputs) != []


def test_without_numbers_floats_take_nothing() -> None:
    large = {"shape": [1 << 40]}
    assert told(1, inputs=[large], passes=["structure"]) == []
    assert told(1, inputs=[large], passes=["structure", "numeric"]) != []
    assert told(1, inputs=[large | {"dtype": "int64"}], passes=["structure"]) != []


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"inputs": [1] * 1_001}, "1,001 entries"),
        ({"inputs": [[{"shape": []}] * 1_001]}, "1,001 tensors"),
        ({"inputs": [[0] * 60_000]}, "60,002 values"),
        ({"inputs": [{"shape": [1] * 65}]}, "65 entries"),
        ({"ignore": ["CUT10"] * 1_001}, "1,001 entries"),
        ({"expect_frozen": [""] * 1_001}, "1,001 entries"),
        ({"passes": ["numeric"] * 4}, "4 entries"),
    ],
)
def test_what_is_too_many_is_counted_before_it_is_read(request_: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DiagnosisRequest().load(request_)
    (fault,) = faults(caught.value)
    assert says in fault["message"]


SIZES = [
    (0, "0 bytes"),
    (1, "1 byte"),
    (999, "999 bytes"),
    (1_000, "1 kB"),
    (9_213, "9.21 kB"),
    (999_499, "999 kB"),
    (999_500, "1 MB"),
    (10**15, "1 PB"),
]


@pytest.mark.parametrize(("size", "text"), SIZES)
def test_a_size_is_told_in_the_unit_that_it_fills(size: int, text: str) -> None:
    assert sizes.told(size) == text
