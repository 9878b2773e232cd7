"""Results on meta that are kept: what is made from them is what torch would have made, and nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import torch

from whygrad.engine.observe.metadata import Results

ATEN = torch.ops.aten


def meta(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


class Torch:
    """Torch itself, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, func: Any, args: Sequence[Any], named: Mapping[str, Any]) -> Any:
        self.asked += 1
        return func(*args, **named)


def facts(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return tuple(value.shape), value.stride(), value.dtype, value.device.type
    return [facts(v) for v in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize(
    ("func", "args", "named"),
    [
        (ATEN.add.Tensor, (meta(4, 1), meta(3)), {}),
        (ATEN.mul.Tensor, (meta(2, 3).t(), meta(3, 2)), {}),
        (ATEN.addmm.default, (meta(5), meta(2, 3), meta(3, 5)), {}),
        (ATEN._softmax.default, (meta(2, 3), 1, False), {}),
        (ATEN.native_layer_norm.default, (meta(2, 3), [3], meta(3), None, 1e-5), {}),
        (
            ATEN.convolution.default,
            (meta(2, 3, 8, 8), meta(4, 3, 3, 3), None, [1, 1], [0, 0], [1, 1], False, [0], 1),
            {},
        ),
        (ATEN.max_pool2d_with_indices.default, (meta(2, 3, 8, 8), [2, 2]), {}),
        (ATEN.cat.default, ([meta(2, 3), meta(4, 3)],), {}),
        (ATEN.sum.dim_IntList, (meta(2, 3), [1], True), {"dtype": torch.float64}),
        (ATEN.zeros_like.default, (meta(3, 2).t(),), {}),
        (ATEN._to_copy.default, (meta(2, 3),), {"dtype": torch.float16}),
    ],
)
def test_kept_results_are_those_of_torch(func: Any, args: Sequence[Any], named: Mapping[str, Any]) -> None:
    results, asked = Results(), Torch()
    first = results.of(func, args, named, asked)
    again = results.of(func, args, named, asked)
    assert asked.asked == 1
    assert facts(again) == facts(first) == facts(func(*args, **named))
    assert first is not again


@pytest.mark.parametrize(
    ("func", "args"),
    [
        (ATEN.view.default, (meta(2, 3), [6])),
        (ATEN.add_.Tensor, (meta(3), meta(3))),
        (ATEN.detach.default, (meta(3),)),
        (ATEN._unsafe_view.default, (meta(2, 3), [6])),
    ],
)
def test_views_and_writes_are_asked_again(func: Any, args: Sequence[Any]) -> None:
    results, asked = Results(), Torch()
    results.of(func, args, {}, asked)
    results.of(func, args, {}, asked)
    assert asked.asked == 2


def test_other_operands_have_other_results() -> None:
    results, asked = Results(), Torch()
    calls = [
        (meta(2, 3), 1),
        (meta(2, 3), 0),
        (meta(3, 2), 1),
        (meta(2, 3, dtype=torch.float64), 1),
        (meta(3, 2).t(), 1),
    ]
    given = [results.of(ATEN._softmax.default, (x, dim, False), {}, asked) for x, dim in calls]
    assert asked.asked == len(calls)
    assert [facts(g) for g in given] == [facts(ATEN._softmax.default(x, dim, False)) for x, dim in calls]


def test_a_refusal_is_no_result() -> None:
    results, asked = Results(), Torch()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            results.of(ATEN.mm.default, (meta(2, 3), meta(2, 3)), {}, asked)
    assert asked.asked == 2
