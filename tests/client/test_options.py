"""What a request says of how a program is run, from the words of Python."""

from __future__ import annotations

import pytest

from whygrad.request.document import DiagnosisRequest
from whygrad_client import NotARequest
from whygrad_client.options import Options, request


def test_what_is_left_out_is_not_asked_for() -> None:
    assert request(None, {}) == {}
    assert request(None, {"steps": 3}) == {"steps": 3}


def test_inputs_are_the_short_form_or_a_list() -> None:
    assert request("2x4; 2:int64[0,10)", {"mode": "eval"}) == {
        "inputs": [{"shape": [2, 4], "dtype": "float32"}, {"shape": [2], "dtype": "int64", "low": 0, "high": 10}],
        "mode": "eval",
    }
    assert request([], {}) == {"inputs": []}
    assert request([{"shape": [2, 4]}, 3], {}) == {"inputs": [{"shape": [2, 4]}, 3]}


def test_what_is_no_short_form_is_told_with_its_place() -> None:
    with pytest.raises(NotARequest, match=r"inputs '2xfour': at character 3: 'four' is not a size"):
        request("2xfour", {})


def test_every_field_of_a_request_is_an_option() -> None:
    assert {"inputs", *Options.__annotations__} == set(DiagnosisRequest().fields)
