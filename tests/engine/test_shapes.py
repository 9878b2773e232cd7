"""The short form of example inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whygrad.engine.shapes import DTYPES, INTEGER_DTYPES, ShapeSyntaxError, parse_shapes, write_shapes
from whygrad.request.document import DiagnosisRequest


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "shape": draw(st.lists(st.integers(0, 2**63 - 1), max_size=6)),
        "dtype": draw(st.sampled_from(DTYPES)),
    }
    if entry["dtype"] in INTEGER_DTYPES and draw(st.booleans()):
        low = draw(st.integers(-(2**62), 2**62))
        entry |= {"low": low, "high": low + draw(st.integers(1, 2**61))}
    return entry


def written(entry: dict[str, Any]) -> str:
    span = f"[{entry['low']},{entry['high']})" if "low" in entry else ""
    return f"{'x'.join(str(size) for size in entry['shape'])}:{entry['dtype']}{span}"


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("1x3x224x224", [{"shape": [1, 3, 224, 224], "dtype": "float32"}]),
        ("2x16:int64[0,1000)", [{"shape": [2, 16], "dtype": "int64", "low": 0, "high": 1000}]),
        ("2x10; 2:int64", [{"shape": [2, 10], "dtype": "float32"}, {"shape": [2], "dtype": "int64"}]),
        (" 4 × 8 : int32 [ -5 , 5 ) ", [{"shape": [4, 8], "dtype": "int32", "low": -5, "high": 5}]),
        (":float64", [{"shape": [], "dtype": "float64"}]),
        ("0x3:bool", [{"shape": [0, 3], "dtype": "bool"}]),
    ],
)
def test_reads_the_short_form(text: str, inputs: list[dict[str, object]]) -> None:
    assert parse_shapes(text) == inputs


@given(st.lists(entries(), min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(inputs: list[dict[str, Any]]) -> None:
    assert parse_shapes("; ".join(written(entry) for entry in inputs)) == inputs


@given(st.text(alphabet="0123456789x×:;[], -)intfloa64é\n", max_size=40))
def test_any_text_is_read_or_refused_at_a_place_inside_it(text: str) -> None:
    refused = None
    try:
        parse_shapes(text)
    except ShapeSyntaxError as error:
        refused = error
    assert refused is None or (0 <= refused.position <= len(text) and "for example" in refused.message)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "a shape is missing"),
        ("1x3;", 4, "a shape is missing"),
        ("1x3xq", 4, "'q' is not a size"),
        ("1,3,224,224", 0, "an x between them"),
        ("-1x3", 0, "'-1' is not a size"),
        ("2x3; 2x", 7, "'' is not a size"),
        ("2x16:int", 5, "did you mean int"),
        ("2x16:float31", 5, "did you mean float32?"),
        ("2x16:float32[0,1)", 12, "a range is for integers"),
        ("2x16:int64[0,1000]", 10, "the upper end excluded"),
        ("2x16:int64[5,5)", 10, "nothing lies in [5,5)"),
        ("2x16[0,5)", 4, "needs an integer type"),
        ("9" * 5000, 0, "larger than any tensor"),
        ("1x\x1b[31m", 3, "needs an integer type"),
    ],
)
def test_an_error_names_the_place_and_gives_an_example(text: str, position: int, says: str) -> None:
    with pytest.raises(ShapeSyntaxError) as caught:
        parse_shapes(text)
    assert caught.value.position == position
    assert says in caught.value.message
    assert f"at character {position + 1}" in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("text", ["1x3x224x224", "2x16:int64[0,1000); 2:float64", ":float32", "3:bool; 4:int8[-3,4)"])
def test_what_is_read_is_written_again(text: str) -> None:
    loaded = DiagnosisRequest().load({"inputs": parse_shapes(text)})["inputs"]
    assert write_shapes(parse_shapes(text)) == text
    assert parse_shapes(write_shapes(loaded) or "")[0]["shape"] == parse_shapes(text)[0]["shape"]


@pytest.mark.parametrize(
    "entry",
    [
        [{"shape": [2]}],
        {"a": {"shape": [2]}},
        0.5,
        None,
        {"shape": [2], "fill": "zeros"},
        {"shape": [2], "requires_grad": True},
    ],
)
def test_what_has_no_short_form_is_not_written(entry: Any) -> None:
    assert write_shapes([{"shape": [2, 4]}, entry]) is None
