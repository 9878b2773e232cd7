"""What a request says of how a program is run, from the words of Python."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from whygrad.request.document import DiagnosisRequest
from whygrad_client import NotARequest
from whygrad_client.options import Options, request


def test_what_is_left_out_is_not_asked_for() -> None:
    assert request(None, {}) == ({}, [])
    assert request(None, {"steps": 3}) == ({"steps": 3}, [])


FLOATS = {"shape": [2, 4], "dtype": "float32"}
CLASSES = {"shape": [2], "dtype": "int64", "low": 0, "high": 10}


@pytest.mark.parametrize(
    "inputs",
    [
        "2x4; 2:int64[0,10)",
        ["2x4", "2:int64[0,10)"],
        ("2x4", "2:int64[0,10)"),
        ["2x4", CLASSES],
    ],
)
def test_inputs_are_the_short_form_or_a_list(inputs: Any) -> None:
    assert request(inputs, {"mode": "eval"}) == ({"inputs": [FLOATS, CLASSES], "mode": "eval"}, [])


def test_what_is_no_tensor_is_taken_as_it_is() -> None:
    assert request([], {}) == ({"inputs": []}, [])
    assert request([{"shape": [2, 4]}, 3, "mean", None], {}) == ({"inputs": [{"shape": [2, 4]}, 3, "mean", None]}, [])


@pytest.mark.parametrize("loss", ["cross_entropy", F.cross_entropy, {"kind": "cross_entropy"}])
def test_a_loss_has_its_target(loss: Any) -> None:
    asked = {"loss": {"kind": "cross_entropy", "target": CLASSES}}
    assert request(None, {"loss": loss}, "2:int64[0,10)") == (asked, [])
    assert request(None, {"loss": loss}, torch.arange(10)[[0, 9]])[0] == asked


@pytest.mark.parametrize(
    ("loss", "instead"),
    [
        (nn.CrossEntropyLoss(), "its function, loss='cross_entropy'"),
        (nn.MSELoss, "its function, loss='mse_loss'"),
        (nn.BCEWithLogitsLoss(), "its function, loss='binary_cross_entropy_with_logits'"),
        (nn.CTCLoss(), "call your own loss at the end of the forward"),
    ],
)
def test_a_loss_that_is_a_module_is_told_its_function(loss: Any, instead: str) -> None:
    with pytest.raises(NotARequest, match=instead):
        request(None, {"loss": loss}, "2x4")


def test_what_a_tensor_loses_is_told() -> None:
    assert "drawn at random" in request([torch.tensor([True, False])], {})[1][0]


def test_what_is_no_short_form_is_told_with_its_place() -> None:
    with pytest.raises(NotARequest, match=r"inputs '2xfour': at character 3: 'four' is not a size"):
        request("2xfour", {})
    with pytest.raises(NotARequest, match=r"input 2, '2xfour': at character 3: 'four' is not a size"):
        request(["2", "2xfour"], {})


def test_every_field_of_a_request_is_an_option() -> None:
    assert {"inputs", *Options.__annotations__} == set(DiagnosisRequest().fields)
