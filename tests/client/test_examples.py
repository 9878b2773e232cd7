"""Real values are described as a request can carry them, and what is lost is said."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import pytest
import torch

from whygrad.engine.observe.inputs import Sampler
from whygrad.engine.shapes import ShapeSyntaxError
from whygrad_client.examples import Description, NotAnInput, real

INF = float("inf")


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        (torch.tensor([[3, 9, 4]]), {"shape": [1, 3], "dtype": "int64", "low": 3, "high": 10}),
        (torch.tensor([-2, 3, -1]), {"shape": [3], "dtype": "int64", "low": -2, "high": 4}),
        (torch.arange(6).reshape(2, 3), {"shape": [2, 3], "dtype": "int64", "fill": "arange"}),
        (torch.tensor([0.5, -1]), {"shape": [2], "dtype": "float32", "fill": "uniform", "low": -1.0, "high": 0.5}),
        (torch.zeros(2, dtype=torch.float16), {"shape": [2], "dtype": "float16", "fill": 0.0}),
        (torch.tensor([True, True]), {"shape": [2], "dtype": "bool", "fill": 1}),
        (torch.empty(0, 4), {"shape": [0, 4], "dtype": "float32"}),
        (torch.ones(1, requires_grad=True), {"shape": [1], "dtype": "float32", "requires_grad": True, "fill": 1.0}),
        ("2x3:int32[4,9)", {"shape": [2, 3], "dtype": "int32", "low": 4, "high": 9}),
        ({"shape": [2], "fill": "ones"}, {"shape": [2], "fill": "ones"}),
        ("mean", "mean"),
        (OrderedDict(a="2", b=[None, True, 0.5]), {"a": {"shape": [2], "dtype": "float32"}, "b": [None, True, 0.5]}),
    ],
)
def test_a_description_keeps_shape_type_and_range(value: Any, entry: Any) -> None:
    described = Description(value, "input x")
    assert (described.entry, described.lost) == (entry, [])


@pytest.mark.parametrize(
    ("value", "drawn", "lost"),
    [
        (torch.tensor([1, -100, 2]), {"low": 1, "high": 3}, "x: -100 is taken for a mark, as ignore_index is"),
        (torch.tensor([True, False]), {}, "x: which of its elements are true is not sent"),
        (torch.tensor([0.0, -INF]), {"fill": 0.0}, "x: its NaN and infinite elements are not sent"),
        (torch.tensor([INF, 2.0]), {"fill": 2.0}, "x: its NaN and infinite elements are not sent"),
    ],
)
def test_what_is_lost_is_said(value: torch.Tensor, drawn: dict[str, Any], lost: str) -> None:
    described = Description(value, "x")
    assert {k: v for k, v in described.entry.items() if k not in ("shape", "dtype")} == drawn
    assert described.lost[0].startswith(lost)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (torch.full((2,), float("nan")), "input x has no finite number"),
        (torch.tensor([float("-inf"), float("nan")]), "input x has no finite number"),
        (object(), "input x is a builtins.object: an input is a tensor"),
        (
            {"a": [torch.zeros(2).to_sparse()]},
            r"input x.a\[0\] is a torch.sparse_coo tensor of float32",
        ),
        ("2x3; 4", "input x is 2 shapes in one"),
    ],
)
def test_what_cannot_be_described_is_refused_in_words(value: Any, says: str) -> None:
    with pytest.raises(NotAnInput, match=says):
        Description(value, "input x")


def test_a_wrong_shape_names_the_place() -> None:
    with pytest.raises(ShapeSyntaxError, match="at character 3"):
        Description("2xy", "input x")


@pytest.mark.parametrize(
    "entry",
    [
        {"shape": [50], "dtype": "int64", "low": 3, "high": 5},
        {"shape": [50], "dtype": "int64"},
        {"shape": [2, 3], "dtype": "int32", "fill": "arange"},
        {"shape": [50], "fill": "uniform", "low": -2.0, "high": -1.0},
        {"shape": [3], "dtype": "bool", "fill": 1},
        {"shape": [3], "dtype": "float16", "fill": "ones", "requires_grad": True},
        {"shape": [3], "dtype": "complex64"},
    ],
)
def test_a_trace_is_made_with_what_the_engine_draws(entry: dict[str, Any]) -> None:
    drawn, meant = real(entry, torch.Generator().manual_seed(0)), Sampler(0, meta=False).value(entry)
    assert drawn.equal(meant)
    assert (drawn.dtype, drawn.requires_grad) == (meant.dtype, meant.requires_grad)


def test_real_values_are_copied() -> None:
    given = torch.ones(2, requires_grad=True)
    copied = real({"x": (given, 3)}, torch.Generator())["x"]
    assert copied[0].equal(given)
    assert copied[0] is not given
    assert copied[0].requires_grad
    assert copied[1] == 3


def test_a_named_tuple_stays_one() -> None:
    kind = namedtuple("kind", "x, lengths")
    assert real(kind("2x3", [4]), torch.Generator())._replace(x=None) == kind(None, [4])
